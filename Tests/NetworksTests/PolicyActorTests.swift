import Tensors
import Testing

@testable import Networks

@Suite struct PolicyActorTests {
    /// Places that begin at different times, with sentences of different lengths, over more steps than a window has:
    /// each answer is that of the policy for the last frames, as many as its windows have, given as a window.
    @Test(arguments: [FeatureFormat.float(channels: 5), .patches], [17, 8, 4, 1])
    func answersAsThePolicyDoes(_ format: FeatureFormat, _ window: Int) {
        let bench = NetworkBench(format)
        let actor = PolicyActor(
            bench.policy, parameters: bench.policyStore, positions: bench.positions, backend: bench.tape.backend,
            placeCount: 3, window: window)
        var stream = Stream(state: 3)
        let steps = 40
        var stories = [4, 1, 70].map { Window(words: $0, steps: steps, &stream) }
        var taken = [0, 0, 0]
        actor.begin([0, 2], words: [stories[0].words, stories[2].words])
        for round in 0..<60 {
            if round == 9 { actor.begin([1], words: [stories[1].words]) }
            if round == 30 {
                // A place that begins again has forgotten everything.
                stories[0] = Window(words: 9, steps: steps, &stream)
                taken[0] = 0
                actor.begin([0], words: [stories[0].words])
            }
            let places = [2, 0, 1].filter { (round >= 9 || $0 != 1) && taken[$0] < steps && (round + $0) % 4 != 0 }
            let views = places.map { bench.batch([stories[$0]]).frames[taken[$0]] }
            actor.act(places, frames: views)
            #expect(actor.actionScores.count == 13 * places.count)
            let windows = places.map { place in
                let last = taken[place]
                let first = max(0, last - actor.window + 1)
                var window = stories[place]
                window.actions = Array(window.actions[first...last])
                window.objects = Array(window.objects[first...last])
                window.frames = Array(window.frames[first...last + 1])
                return window
            }
            for (index, answer) in bench.askPolicy(windows).enumerated() {
                let actions = actor.actionScores[index * 13..<(index + 1) * 13]
                let objects = actor.objectScores[index * 82..<(index + 1) * 82]
                #expect(isNear(actions, answer.actions.last ?? []), "round \(round), place \(places[index])")
                #expect(isNear(objects, answer.objects.last ?? []), "round \(round), place \(places[index])")
            }
            for place in places {
                actor.note(Int(stories[place].actions[taken[place]]), at: place)
                taken[place] += 1
            }
        }
    }

    private func isNear(_ a: ArraySlice<Float>, _ b: [Float]) -> Bool {
        let scale = b.map(abs).max() ?? 0
        return a.count == b.count && scale > 0 && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * scale }
    }

    @Test func nobodyAsked() {
        let bench = NetworkBench()
        let actor = PolicyActor(
            bench.policy, parameters: bench.policyStore, positions: bench.positions, backend: bench.tape.backend,
            placeCount: 1)
        actor.begin([], words: [])
        actor.act([], frames: [])
        #expect(actor.actionScores.isEmpty && actor.objectScores.isEmpty)
    }
}
