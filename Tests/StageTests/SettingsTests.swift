import Episodes
import Evaluation
import ExperimentStore
import Networks
import OfflineRL
import RewardLabeling
import ScriptedAnnotator
import Simulation
@testable import StageSupport
import Tensors
import Testing
import VisionLanguage

@testable import rgvlm_label
@testable import rgvlm_train

/// The configuration's names and defaults are those of the libraries that they are settings of.
@Suite struct SettingsTests {
    private func names<C: Choice, T: CaseIterable & RawRepresentable<String>>(_: C.Type, _: T.Type) -> Bool {
        Set(C.allCases.map(\.rawValue)) == Set(T.allCases.map(\.rawValue))
    }

    @Test func choicesAreTheLibraries() {
        #expect(names(Configuration.InstructionKind.self, Instruction.Kind.self))
        #expect(names(Configuration.Train.Algorithm.self, Algorithm.self))
        #expect(names(Configuration.Train.Preset.self, NetworkShape.Preset.self))
        #expect(names(Configuration.Train.Precision.self, CPUBackend.Precision.self))
        #expect(names(Configuration.Reward.Transform.self, RewardMix.Transform.self))
        #expect(names(Configuration.Reward.Ends.self, RewardMix.Ends.self))
        let sources: [RewardMix.Source] = [
            .none, .labels(run: ""), .noiseFree(run: ""), .distance(run: ""), .oracle, .minimumDistance, .zero,
            .random(seed: 0), .timeIndex, .negated(run: ""), .shuffled(run: "", seed: 0),
        ]
        #expect(Configuration.Reward.Source.allCases.map(\.rawValue) == sources.map(\.name))
        #expect(names(Configuration.TaskSet.Start.self, TaskSet.Start.self))
        #expect(names(Configuration.Label.Unit.self, LabelSettings.Unit.self))
        #expect(names(Configuration.Label.Layout.self, SpanConversation.Layout.self))
        #expect(names(Configuration.Label.TokenLimitField.self, ProviderOptions.TokenLimitField.self))
        #expect(names(Configuration.Pictures.Layout.self, PictureSettings.Layout.self))
        #expect(names(Configuration.Pictures.Encoding.self, PictureSettings.Encoding.self))
        #expect(names(Configuration.Pictures.Detail.self, ProviderOptions.Detail.self))
        #expect(names(Configuration.Annotator.Kind.self, AnnotatorSettings.Kind.self))
    }

    @Test func defaultsAreTheLibraries() throws {
        let training = try TrainingSettings(Configuration(), labelRuns: [], labelRun: { name, _ in name ?? "" })
        #expect(training == TrainingSettings(run: "iql-small-sparse-seed0", seed: 0))
        #expect(try LabelSettings(Configuration.Label()) == LabelSettings())
        #expect(try AnnotatorSettings(Configuration.Annotator(), seed: 0) == AnnotatorSettings())
        #expect(Configuration.Simulate().scenes == GenerationRun.Options().scenes)
        #expect(Configuration.Simulate().size == GenerationRun.Options().side)
    }
}
