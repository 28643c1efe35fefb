import FakeStage
import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Whatever is stopped or killed: nothing is left running, and the same command ends with the same table.
@Suite(.serialized, .timeLimit(.minutes(5))) struct InterruptionTests {
    private let experiment: FakeExperiment

    init() throws { experiment = try FakeExperiment() }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalEndsAllJobsOnceAndItGoesOnLater(_ signal: Int32) async throws {
        experiment.fake.hold = ["a-s1", "b-s1"]
        let running = try experiment.start()
        await experiment.wait(for: .half, count: 2)
        kill(running.pid, signal)
        let result = try running.wait()
        #expect(result.status == 130, "\(result.errors)")
        try await experiment.nothingIsLeft()
        // A second signal would end a stage before it has saved.
        let told = try experiment.history().filter { $0.kind == .signal }
        #expect(told.map(\.what).sorted() == ["a-s1", "b-s1"])
        #expect(!FileManager.default.fileExists(atPath: experiment("out/jobs")))
        experiment.fake.hold = []
        #expect(try experiment.run().status == 0)
        #expect(try experiment.table == FakeExperiment.undisturbed(updates: 10))
    }

    @Test func aSecondSignalEndsWhatDoesNotListen() async throws {
        experiment.fake.hold = ["a-s1", "b-s1"]
        experiment.fake.stubborn = ["a-s1"]
        let running = try experiment.start()
        await experiment.wait(for: .half, count: 2)
        kill(running.pid, SIGTERM)
        await experiment.wait(for: .end) { $0.what == "b-s1" }
        #expect(running.isRunning)
        kill(running.pid, SIGINT)
        #expect(try running.wait().status == 130)
        try await experiment.nothingIsLeft()
    }

    @Test func aKilledJobIsTold() async throws {
        experiment.fake.hold = ["a-s1", "b-s1"]
        let running = try experiment.start()
        let half = await experiment.wait(for: .half, count: 2)
        experiment.fake.hold = []
        try experiment.configure()
        kill(half[0].pid, SIGKILL)
        let result = try running.wait()
        // It may have ended before.
        if result.status != 0 {
            #expect(result.status == 137, "\(result.errors)")
            #expect(result.errors.contains("failed: \(half[0].what) (exit code 137)"))
        }
        #expect(try experiment.run().status == 0)
    }

    @Test func oneAtATime() async throws {
        experiment.fake.hold = ["a-s1", "b-s1"]
        let first = try experiment.start()
        let half = await experiment.wait(for: .half, count: 2)
        let second = try experiment.run()
        #expect(second.status == 73 && second.errors.contains("(pid \(first.pid))"), "\(second.errors)")
        #expect(half.allSatisfy { FakeExperiment.isAlive($0.pid) } && first.isRunning)
        kill(first.pid, SIGTERM)
        #expect(try first.wait().status == 130)
    }

    /// The jobs of a driver that is killed are told to end: they save.
    @Test func jobsEndWithTheDriver() async throws {
        experiment.fake.hold = ["a-s1", "b-s1"]
        let running = try experiment.start()
        await experiment.wait(for: .half, count: 2)
        kill(running.pid, SIGKILL)
        await experiment.wait(for: .end, count: 2) { $0.text == "130" }
        try await experiment.nothingIsLeft()
        experiment.fake.hold = []
        #expect(try experiment.run().status == 0)
        #expect(try experiment.table == FakeExperiment.undisturbed(updates: 10))
    }

    /// What does not end is waited for, and then ended.
    @Test func leftoversAreEnded() async throws {
        experiment.fake.hold = ["a-s1", "b-s1"]
        experiment.fake.stubborn = ["a-s1"]
        let running = try experiment.start()
        let half = await experiment.wait(for: .half, count: 2)
        kill(running.pid, SIGKILL)
        _ = try running.wait()
        experiment.fake.hold = []
        let stubborn = try #require(half.first { $0.what == "a-s1" })
        // It would go on now, if it were not stopped.
        kill(stubborn.pid, SIGSTOP)
        let result = try experiment.run()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("waiting for stages that an earlier run has left"))
        #expect(!FakeExperiment.isAlive(stubborn.pid))
        #expect(try experiment.table == FakeExperiment.undisturbed(updates: 10))
    }

    @Test(arguments: ["driver", "jobs", "all"]) func whateverIsKilledTheTableIsTheSame(_ victim: String) async throws {
        experiment.fake.updates = 20
        experiment.fake.pause = 0.005
        var dice = SystemRandomNumberGenerator()
        for _ in 0..<3 {
            let running = try experiment.start()
            await experiment.wait(for: .start, count: Int.random(in: 1...8, using: &dice))
            let alive = experiment.events.filter { $0.kind == .start && FakeExperiment.isAlive($0.pid) }.map(\.pid)
            if victim != "jobs" { kill(running.pid, SIGKILL) }
            if victim != "driver" { for pid in alive { kill(pid, SIGKILL) } }
            let result = try running.wait()
            // Without the driver nothing goes on for long.
            if Bool.random(using: &dice) { try await experiment.nothingIsLeft() }
            if victim == "jobs", result.status == 0 { break }
        }
        let result = try experiment.run()
        #expect(result.status == 0, "\(result.errors)")
        #expect(try experiment.table == FakeExperiment.undisturbed(updates: 20))
        try await experiment.nothingIsLeft()
    }
}
