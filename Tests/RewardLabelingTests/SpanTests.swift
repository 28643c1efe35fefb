import Episodes
import ExperimentStore
import Testing

@testable import RewardLabeling

@Suite struct SpanTests {
    @Test func windowsHaveEveryActionOnceAndEveryObservation() {
        for count in 1...40 {
            for size in 1...12 {
                for shares in [true, false] {
                    let windows = Windowing(size: size, sharesBoundary: shares).windows(actionCount: count)
                    #expect(windows.flatMap { Array($0.actions) } == Array(0..<count))
                    #expect(Set(windows.flatMap { Array($0.observations) }) == Set(0...count))
                    #expect(windows.allSatisfy { $0.actions.count <= size && !$0.observations.isEmpty })
                    #expect(windows.map(\.index) == Array(windows.indices))
                    let shown = windows.reduce(0) { $0 + $1.observations.count }
                    #expect(shown == (shares ? count + windows.count : count + 1))
                }
            }
        }
    }

    private func span(_ count: Int) -> Span {
        Span(
            id: 1, runID: 1, instructionID: 7, episodeID: 1, goal: "", goalInstructionID: 7,
            actions: (0..<count).map { Span.ShownAction(t: 3 + $0, action: .moveAhead, object: nil) },
            observations: Array(3...(3 + count)))
    }

    @Test(arguments: 1..<30) func controlsShowWhatTheySay(_ count: Int) {
        let span = span(count)
        #expect(Set(span.showing(.frozen).observations) == [3] && span.showing(.frozen).observations.count == count + 1)
        #expect(span.showing(.reversed).observations == span.observations.reversed())
        #expect(span.showing(.reversed).actions.map(\.t) == span.actions.map(\.t).reversed())
        let shuffled = span.showing(.shuffled)
        #expect(shuffled.observations != span.observations && shuffled.observations.sorted() == span.observations)
        #expect(span.showing(.shuffled) == shuffled)
    }

    @Test func referencesAreReadBack() {
        for stage in [LabelStage.analysis, .scoring] {
            let reference = CallReference(runID: 12, spanID: 3_456_789_012, stage: stage, window: 31, sample: 2, ask: 1)
            #expect(CallReference(reference.description) == reference)
            #expect(CallReference(reference.description + "-0123456789ab") == reference)
        }
        for text in ["", "r1", "r1-s2-p3-w0-n0-a0", "r1-s2-p1-w-n0-a0", "r1-s-2-p1-w0-n0-a0", "r1-s2-p1-w0-n0-ax"] {
            #expect(CallReference(text) == nil)
        }
    }
}
