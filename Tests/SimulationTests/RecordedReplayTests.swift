import ALFRED
import Episodes
import Household
import Images
import Testing

@testable import Simulation

@Suite struct RecordedReplayTests {
    private func trajectory(_ setup: EpisodeSetup, _ policy: Behaviour, number: Int) throws -> Trajectory {
        var run = try EpisodeRun(setup, policy: policy, renderer: Renderer(), keepsFrames: false)
        run.play()
        return GeneratedEpisode(run, number: number).trajectory
    }

    /// What failed when it was recorded fails again, everything else succeeds, whatever the renderer's size.
    @Test(arguments: PolicyMix.known)
    func generatedEpisodesGoAsRecorded(policy: Behaviour) throws {
        for (number, setup) in try GeneratedEpisodes.setups.get().enumerated() where number % 4 == 1 {
            let trajectory = try trajectory(setup, policy, number: number)
            let successes = try #require(trajectory.recordedSuccess)
            var replay = RecordedReplay(trajectory, in: setup.world, renderer: Renderer(width: 8, height: 8))
            #expect(replay.actions.map(\.fails) == successes.map { !$0 })
            while let step = replay.next() {
                #expect((step.refusal != nil) == step.recorded.fails && !step.isDivergence, "step \(step.index)")
                #expect(step.recorded.objectID.flatMap(setup.scene.index(ofID:)) == step.target)
            }
            #expect(replay.position == trajectory.actionCount && replay.next() == nil)
            let drawing = FrameDrawing(side: 8)
            let drawn = SimulatedEpisode(trajectory, in: setup.world, drawing: drawing, by: drawing.makeRenderer())
            #expect(drawn.faithfulCount == trajectory.actionCount + 1 && drawn.divergences.isEmpty)
            #expect(drawn.frames.last == drawing.frame(of: replay.world, by: drawing.makeRenderer()))
        }
    }

    @Test func whatTheSimulatorRefusesIsADivergenceUnlessTheRecordSaysSo() throws {
        let world = try Corridor.world(at: AgentPose(x: 0, z: 8, heading: 0, horizon: 45))
        let apple = world.scene.objects[try Corridor.index(.apple, in: world)].id
        let table = world.scene.objects[try Corridor.index(.sideTable, in: world)].id
        let environment = TaskEnvironment(
            HouseTask(.simple, GoalParameters(objectTarget: "Apple")), in: world, renderer: Renderer())
        var replay = RecordedReplay(
            [
                RecordedAction(.pickup, objectID: "Nothing|0|0|0"),
                RecordedAction(.pickup, objectID: "Nothing|0|0|0", fails: true),
                RecordedAction(.pickup, objectID: apple),
                RecordedAction(.put, objectID: table, heldID: "Mug|0|0|0"), RecordedAction(.rotateLeft, fails: true),
            ], from: environment)
        var steps: [RecordedReplay.Step] = []
        while let step = replay.next() { steps.append(step) }
        #expect(steps.map(\.refusal) == [.noTarget, .noTarget, nil, .handEmpty, nil])
        #expect(steps.map(\.isDivergence) == [true, false, false, true, false])
        #expect(replay.world.held == steps[2].target && replay.world.agent.heading == 3)
    }
}

@Suite struct FrameDrawingTests {
    @Test func drawsAsLargeAsTheStoredPicturesWere() {
        #expect(FrameDrawing.matching(isDrawn: true, pictureWidth: nil, side: 56) == .averaged(side: 56))
        #expect(FrameDrawing.averaged(side: 56).drawnSide == 112)
        let sides = [nil, 300, 56, 20, 5000].map {
            FrameDrawing.matching(isDrawn: false, pictureWidth: $0, side: 56).drawnSide
        }
        #expect(sides == [300, 300, 56, 56, 1024])
        #expect(FrameDrawing(side: 56).byteCount == 9408)
    }

    @Test(arguments: [FrameDrawing(side: 24), .averaged(side: 24)])
    func framesHaveTheSizeTheyAreSeenIn(drawing: FrameDrawing) throws {
        let world = try Corridor.world(at: AgentPose(x: 0, z: 8, heading: 0, horizon: 45))
        let frame = drawing.frame(of: world, by: drawing.makeRenderer())
        #expect(frame.width == 24 && frame.height == 24 && frame.pixels.count == drawing.byteCount)
    }
}
