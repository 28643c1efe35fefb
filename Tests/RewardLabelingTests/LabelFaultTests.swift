import ExperimentStore
import Ground
import Synchronization
import Testing
import VisionLanguage

@testable import RewardLabeling

/// Runs that meet every kind of fault and are ended at any moment, until all is done.
@Suite struct LabelFaultTests {
    /// What happens to a question, decided by its reference alone.
    private struct Plan {
        /// Attempts that fail before one comes to something.
        var transient = 0
        var kind: LabelFailure?
        var isMalformed = false

        init(_ reference: CallReference, seed: UInt64) {
            var random = SeededGenerator(seed, FakeVLM.hash("\(reference)"))
            if random.chance(0.2) { transient = 1 + random.below(2) }
            if random.chance(0.12) { kind = [.http, .refusal, .truncation, .invalid][random.below(4)] }
            isMalformed = reference.stage == .scoring && random.chance(0.3)
        }

        func result(_ call: FakeVLM.Call) -> Result<VLMAnswer, CallFailure> {
            if call.attempt < transient {
                return call.attempt == 0
                    ? FakeVLM.failed(.transport, "the line is cut")
                    : FakeVLM.failed(.http, "HTTP 503: busy", status: 503)
            }
            switch kind {
            case .http: return FakeVLM.failed(.http, "HTTP 400: no", status: 400)
            case .refusal: return FakeVLM.failed(.refusal, "declined")
            case .truncation: return FakeVLM.failed(.truncation, "cut off")
            case .invalid: return FakeVLM.failed(.invalid, "not JSON")
            default:
                if isMalformed { return FakeVLM.answered("about \(call.number % 9)") }
                // Each analysis is its own, so that no two spans ask the same.
                return call.reference.stage == .analysis ? FakeVLM.answered("seen in \(call.reference)") : call.good
            }
        }

        /// Nil where the question is answered, with an answer that can be used.
        var end: LabelFailure? { kind ?? (isMalformed ? .invalid : nil) }
    }

    /// How a span has to end, by the plan alone: nil for scored.
    private func ends(
        _ spanID: Int64, _ run: Int64, steps: Int, _ settings: LabelSettings, seed: UInt64
    ) -> Set<LabelFailure?> {
        let windows = (steps + settings.window - 1) / settings.window
        func end(_ stage: LabelStage, _ window: Int, _ sample: Int, _ ask: Int) -> LabelFailure? {
            Plan(
                CallReference(runID: run, spanID: spanID, stage: stage, window: window, sample: sample, ask: ask),
                seed: seed
            ).end
        }
        var kinds: Set<LabelFailure?> = []
        var isScored = true
        let units = settings.layout == .span ? [0..<windows] : (0..<windows).map { $0..<$0 + 1 }
        for (unit, analyses) in units.enumerated() {
            var usable = 0
            for sample in 0..<settings.samples {
                let failed = analyses.compactMap { end(.analysis, $0, sample, 0) }
                guard failed.isEmpty else {
                    kinds.formUnion(failed)
                    continue
                }
                let first = CallReference(runID: run, spanID: spanID, stage: .scoring, window: unit, sample: sample)
                let plan = Plan(first, seed: seed)
                let last = plan.kind == nil && plan.isMalformed ? end(.scoring, unit, sample, 1) : plan.end
                if let last { kinds.insert(last) } else { usable += 1 }
            }
            if usable * 2 < settings.samples { isScored = false }
        }
        return isScored ? [nil] : kinds
    }

    @Test(arguments: 0..<10 as Range<UInt64>) func everySpanEndsTrulyAndNothingIsPaidTwice(_ seed: UInt64) async throws
    {
        var random = SeededGenerator(seed, 9)
        var settings = LabelWorld.settings
        settings.window = 2 + random.below(4)
        settings.layout = random.chance(0.5) ? .span : .window
        settings.samples = 1 + random.below(2)
        let world = try LabelWorld(episodes: 8)
        let run = try #require(try world.run("r", settings, selection: SpanSelection(controlCount: 2)))
        let total = try #require(try world.counts(run)[.pending])

        struct Sitting {
            var end = Int.max
            var isCancelled = false
            var job: LabelJob?
            var task: Task<Stop?, any Error>?
        }
        let sitting = Mutex(Sitting())
        let model = FakeVLM { call in
            let (job, task) = sitting.withLock { sitting -> (LabelJob?, Task<Stop?, any Error>?) in
                guard call.number >= sitting.end else { return (nil, nil) }
                return sitting.isCancelled ? (nil, sitting.task) : (sitting.job, nil)
            }
            job?.stop()
            task?.cancel()
            if call.number % 3 == 0 { await Task.yield() }
            return Plan(call.reference, seed: seed).result(call)
        }
        var sittings = 0
        while let pending = try world.counts(run)[.pending], pending > 0 {
            sittings += 1
            try #require(sittings < 200)
            // Attempts enough for any plan, even where the breaker opens in between.
            let job = world.job(run, settings, client: world.client(run, model, attempts: 8))
            let isLast = sittings > 12
            let (end, isCancelled) = (model.calls.count + random.below(30), random.chance(0.5))
            sitting.withLock { $0 = Sitting(end: isLast ? .max : end, isCancelled: isCancelled, job: job) }
            let task = Task { try await job.run() }
            sitting.withLock { $0.task = task }
            _ = try await task.value
            #expect(try world.number("SELECT count(*) FROM label_in_flight") == 0)
        }
        #expect(sittings > 1)

        // Every attempt is accounted for, and no answer was given twice to the same question.
        #expect(try world.number("SELECT sum(attempts) FROM label_calls") == model.calls.count)
        #expect(model.answers.values.allSatisfy { $0.count == 1 })
        let answered = try world.rows("SELECT reference, answer FROM label_calls WHERE answer IS NOT NULL")
        #expect(answered.sorted() == model.answers.map { "\($0.key) \($0.value[0])" }.sorted())
        #expect(
            try world.number("SELECT sum(completion_tokens) FROM label_calls")
                == model.answers.count * FakeVLM.usage.completion)

        // Every span is scored, or unscored with a failure of its own.
        let counts = try world.counts(run)
        #expect((counts[.scored] ?? 0) + (counts[.unscored] ?? 0) == total)
        for row in try world.rows(
            "SELECT s.id, i.step_count, coalesce(s.failure, '') FROM label_spans s "
                + "JOIN instructions i ON i.id = s.instruction_id")
        {
            let fields = row.split(separator: " ")
            let id = try #require(Int64(fields[0]))
            let allowed = ends(id, run.id, steps: try #require(Int(fields[1])), settings, seed: seed)
            let kind = LabelFailure(rawValue: fields.count > 2 ? String(fields[2]) : "")
            #expect(allowed.contains(kind), "span \(id) ended with \(row), expected \(allowed)")
        }
        #expect(try world.isSound())
    }
}
