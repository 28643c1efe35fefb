import Episodes
import Foundation
import Ground
import Household
@testable import Rooms
import TestSupport
import Testing

@testable import ALFRED

@Suite struct ReleaseTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func addTrajectory(_ key: String) throws {
        try folder.write(try sampleTrajectory().json(), to: key + "/traj_data.json")
    }

    @Test func isFoundFromEveryFolderAUserMayName() throws {
        try addTrajectory("data/json_2.1.0/train/a-b-c-d-1/trial_1")
        try addTrajectory("data/json_2.1.0/tests_seen/trial_2")
        try folder.write(#"{"train": [], "tests_seen": []}"#, to: "data/splits/oct21.json")
        try folder.write("", to: "gen/layouts/x")
        for root in ["", "/data", "/data/json_2.1.0"] {
            let release = try Release(root: folder.path + root)
            #expect(release.splits == ["train", "tests_seen"])
            #expect(URL(fileURLWithPath: release.dataFolder).lastPathComponent == "json_2.1.0")
            #expect(release.splitsFile != nil)
            #expect(release.layoutsFolder != nil)
        }
    }

    @Test func theRichestFlavourIsTaken() throws {
        try addTrajectory("data/json_2.1.0/train/a-b-c-d-1/trial_1")
        try addTrajectory("data/full_2.1.0/train/a-b-c-d-1/trial_1")
        #expect(try Release(root: folder.path).dataFolder.hasSuffix("data/full_2.1.0"))
    }

    @Test func splitsMayHaveOtherNames() throws {
        try addTrajectory("train/a-b-c-d-1/trial_1")
        try addTrajectory("mine/a-b-c-d-1/trial_1")
        try folder.write(#"{"train": [], "mine": [], "../etc": [], "..": []}"#, to: "splits/generated.json")
        #expect(try Release(root: folder.path).splits == ["train", "mine"])
    }

    @Test func aFolderWithoutSplitsIsRefused() throws {
        let error = #expect(throws: ALFREDError.self) { try Release(root: folder.path) }
        #expect(error?.description.hasPrefix("\(folder.path): has no split folder; expected train, valid_seen") == true)
        #expect(throws: ALFREDError(.unreadable, "there is no such folder", file: folder("x"))) {
            try Release(root: folder("x"))
        }
    }

    /// The test splits have no folder for the task, which would tell the goal.
    @Test func testSplitsHaveNoTaskFolder() throws {
        try addTrajectory("tests_unseen/trial_T1")
        try addTrajectory("train/task-a-None-b-1/trial_T2")
        let release = try Release(root: folder.path)
        #expect(release.trajectories(in: "tests_unseen").trajectories.map(\.key) == ["trial_T1"])
        #expect(release.trajectories(in: "train").trajectories.map(\.key) == ["task-a-None-b-1/trial_T2"])
    }

    @Test func linksAreFollowedOnceAndLoopsReported() throws {
        try addTrajectory("train/b/trial_1")
        try addTrajectory("elsewhere/trial_9")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: folder("train/a_loop"), withDestinationPath: ".")
        try files.createSymbolicLink(atPath: folder("train/b/a_up"), withDestinationPath: "..")
        try files.createSymbolicLink(atPath: folder("train/c"), withDestinationPath: "../elsewhere")
        try files.createSymbolicLink(atPath: folder("train/x"), withDestinationPath: "y")
        try files.createSymbolicLink(atPath: folder("train/y"), withDestinationPath: "x")
        try files.createSymbolicLink(atPath: folder("train/copy"), withDestinationPath: "b")
        let listing = try Release(root: folder.path).trajectories(in: "train")
        #expect(listing.trajectories.map(\.key) == ["b/trial_1", "c/trial_9"])
        let messages = listing.problems.map {
            "\(URL(fileURLWithPath: $0.file ?? "").lastPathComponent): \($0.message)"
        }
        #expect(
            Set(messages) == [
                "a_loop: is a link to a folder that was already read",
                "a_up: is a link to a folder that was already read",
                "copy: is a link to a folder that was already read",
                "x: cannot open: Too many levels of symbolic links",
                "y: cannot open: Too many levels of symbolic links",
            ])
    }

    @Test func aTrialWithoutItsFileIsReported() throws {
        try addTrajectory("train/b/trial_1")
        try folder.write("", to: "train/b/trial_2/readme.txt")
        let listing = try Release(root: folder.path).trajectories(in: "train")
        #expect(listing.trajectories.count == 1)
        #expect(listing.problems.map(\.description) == ["\(folder.path)/train/b/trial_2: has no traj_data.json"])
    }
}

@Suite struct RawImagesTests {
    /// traj_data.json says .png; the release's files are .jpg; users have either.
    @Test func eitherFormatIsFound() throws {
        let folder = try TemporaryFolder()
        #expect(try RawImages(trajectoryFolder: folder.path) == nil)
        for name in ["000000000.jpg", "000000001.png", "000000002.png", "000000002.jpg", "notes.txt", "000000003.JPG"] {
            try folder.write("", to: "raw_images/" + name)
        }
        let images = try #require(try RawImages(trajectoryFolder: folder.path))
        #expect(images.path(forFrameNamed: "000000000") == "raw_images/000000000.jpg")
        #expect(images.path(forFrameNamed: "000000001") == "raw_images/000000001.png")
        #expect(images.path(forFrameNamed: "000000002") == "raw_images/000000002.jpg")
        #expect(images.path(forFrameNamed: "000000003") == "raw_images/000000003.JPG")
        #expect(images.path(forFrameNamed: "000000004") == nil)
        #expect(images.count == 4)
    }
}

@Suite struct SplitsTests {
    @Test func writingAndReadingGivesTheSame() throws {
        let splits = Splits(samples: [
            "train": [
                .init(task: "a/b", repeatIndex: 0), .init(task: "a/b", repeatIndex: 2),
                .init(task: "c/d", repeatIndex: 1),
            ],
            "tests_seen": [],
        ])
        let read = try Splits(FileBytes(splits.json()), reader: JSONReader())
        #expect(read == splits)
        #expect(read.repeatIndices(of: "train") == ["a/b": [0, 2], "c/d": [1]])
        #expect(read.repeatIndices(of: "valid_seen").isEmpty)
    }

    @Test(arguments: [
        (#"{"train": [{"task": "a"}]}"#, "train[0]: missing key \"repeat_idx\""),
        (#"{"train": [{"task": "a", "repeat_idx": -1}]}"#, "train[0].repeat_idx: expected 0 or more"),
        (#"{"train": [{"task": 1, "repeat_idx": 0}]}"#, "train[0].task: expected a string, found an integer"),
        (#"[]"#, "expected an object, found an array"),
    ])
    func problemsAreNamed(_ text: String, _ message: String) {
        let error = #expect(throws: ALFREDError.self) { try Splits(FileBytes(text.utf8), reader: JSONReader()) }
        #expect(error?.description == message)
    }
}

@Suite struct ObjectIDTests {
    @Test(arguments: [
        ("Apple|+00.93|+01.15|-01.02", "Apple", "Apple"),
        ("Apple|+00.93|+01.15|-01.02|AppleSliced_2", "Apple", "AppleSliced"),
        ("Sink|+00.00|+00.89|-01.44|SinkBasin", "Sink", "SinkBasin"), ("", "", ""), ("Mug", "Mug", "Mug"),
    ])
    func classes(_ id: String, _ base: String, _ own: String) {
        #expect(ObjectID(id).baseType == base)
        #expect(ObjectID(id).typeName == own)
    }

    @Test func positions() {
        #expect(ObjectID("Fridge|-00.32|00.00|+03.60").position == Vector3(x: -0.32, y: 0, z: 3.6))
        #expect(ObjectID("Fridge|x|00.00|+03.60").position == nil)
    }

    /// ALFRED's goal check looks for the name anywhere in the id.
    @Test func theGoalCheckMatchesSubstrings() {
        #expect(ObjectID.goalCheckMatches("Potato|+00.93|+01.15|-01.02", name: "Pot"))
        #expect(ObjectID.goalCheckMatches("ButterKnife|+00.93|+01.15|-01.02", name: "Knife"))
        #expect(ObjectID.goalCheckMatches("Apple|+00.93|+01.15|-01.02|AppleSliced_1", name: "Apple"))
        #expect(ObjectID.goalCheckMatches("ToiletPaperHanger|1|2|3", name: "Toilet"))
        #expect(!ObjectID.goalCheckMatches("Apple|+00.93|+01.15|-01.02", name: "AppleSliced"))
    }
}

@Suite struct PlanTests {
    /// Clean, Heat and Cool name the appliance as their object.
    @Test func theTargetOfASubgoal() {
        func step(_ action: HighAction, _ planner: PlannerAction) -> HighLevelStep {
            HighLevelStep(index: 0, action: action, planner: planner)
        }
        let clean = step(
            .clean, PlannerAction(action: "CleanObject", objectID: "Sink|SinkBasin", cleanObjectID: "Fork|1"))
        #expect(clean.targetObjectID == "Fork|1" && clean.receptacleObjectID == "Sink|SinkBasin")
        let heat = step(.heat, PlannerAction(action: "HeatObject", objectID: "Microwave|1"))
        #expect(heat.targetObjectID == nil && heat.receptacleObjectID == "Microwave|1")
        let cool = step(.cool, PlannerAction(action: "CoolObject", objectID: "Fridge|1"))
        #expect(cool.targetObjectID == nil && cool.receptacleObjectID == "Fridge|1")
        let put = step(.put, PlannerAction(action: "PutObject", objectID: "Mug|1", receptacleObjectID: "Shelf|1"))
        #expect(put.targetObjectID == "Mug|1" && put.receptacleObjectID == "Shelf|1")
        #expect(step(.pickup, PlannerAction(action: "PickupObject", objectID: "Mug|1")).targetObjectID == "Mug|1")
    }

    @Test func everyActionHasOneName() {
        #expect(Action.releaseNames.count == 12 && Set(Action.releaseNames.map(\.action)) == Set(Action.allCases))
        for action in Action.allCases { #expect(Action(releaseName: action.releaseName) == action) }
        #expect(Action(releaseName: "") == nil && Action(releaseName: "MoveAhead") == nil)
        #expect(
            (Action.navigation + Action.interactions).map(\.apiName) == [
                "MoveAhead", "RotateLeft", "RotateRight", "LookUp", "LookDown", "PickupObject", "PutObject",
                "OpenObject",
                "CloseObject", "ToggleObjectOn", "ToggleObjectOff", "SliceObject",
            ])
    }

    /// Put's mask is the receptacle's.
    @Test func theTargetOfAPutIsTheReceptacle() {
        let put = LowAction(
            highIndex: 0, action: .put,
            api: APIAction(action: "PutObject", objectID: "Mug|1", receptacleObjectID: "Shelf|1"))
        #expect(put.targetObjectID == "Shelf|1")
    }

    @Test func posesFollowTheActions() throws {
        var pose = AgentPose(x: 0, z: 0, heading: 0, horizon: 30)
        for action in [
            Action.lookDown, .moveAhead, .rotateLeft, .moveAhead, .rotateRight, .rotateRight, .moveAhead,
            .moveAhead, .lookUp, .pickup,
        ] {
            pose = pose.after(action)
        }
        #expect(pose == AgentPose(x: 1, z: 1, heading: 1, horizon: 30))
        #expect(AgentPose(location: "loc|-3|7|2|60") == AgentPose(x: -3, z: 7, heading: 2, horizon: 60))
        #expect(AgentPose(location: "loc|-3|7|2") == nil)
        #expect(
            AgentPose(InitialAction(position: Vector3(x: -0.75, y: 0.9, z: 1.25), rotation: -90, horizon: 30))
                == AgentPose(x: -3, z: 5, heading: 3, horizon: 30))
        #expect(AgentPose(InitialAction(position: Vector3(x: 1e300, y: 0.9, z: 1.25), rotation: 0, horizon: 30)) == nil)
    }

    @Test func rooms() {
        #expect(
            [1, 30, 201, 330, 430, 1001, 1250, 1301, 1401].map { Room(sceneNumber: $0) } == [
                .kitchen, .kitchen, .livingRoom, .bedroom, .bathroom, .kitchen, .livingRoom, .bedroom, .bathroom,
            ])
        #expect(Room(sceneNumber: 150) == nil && Room(sceneNumber: -5) == nil)
    }
}

@Suite struct TrajectoryFolderTests {
    @Test func aFolderIsThereWholeOrNotAtAll() throws {
        let folder = try TemporaryFolder()
        let trajectory = try sampleTrajectory()
        let location = TrajectoryLocation(split: "train", key: "a/trial", folder: folder("train/a/trial"))
        try TrajectoryFolder.write(
            trajectory, to: location, images: [("000000000.jpg", [1, 2])],
            features: FeatureFile.legacyFile(frames: [[1]], frameShape: [1, 1, 1]))
        #expect(try Trajectory(contentsOf: location.file) == trajectory)
        #expect(try RawImages(trajectoryFolder: location.folder)?.count == 1)
        #expect(location.featureFile != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("train/a")) == ["trial"])
        // A second one does not replace the first.
        #expect(throws: FileError.self) { try TrajectoryFolder.write(trajectory, to: location) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("train/a")) == ["trial"])
        #expect(try Trajectory(contentsOf: location.file) == trajectory)
    }
}
