internal import ALFRED
internal import Ground
internal import Images

/// A small dataset in ALFRED's layout: scripted trajectories in toy rooms, with pictures. It stands in for the release
/// in the demo and in tests.
package struct SampleDataset: Sendable {
    /// Trajectories by split.
    package var trajectories = ["train": 8, "valid_seen": 2, "valid_unseen": 2, "tests_seen": 1]
    package var seed: UInt64

    package init(seed: UInt64 = 0) { self.seed = seed }

    /// Scene numbers of generated rooms begin here, so that they cannot be taken for THOR's.
    package static let firstScene = 1001

    /// Writes the dataset into `root`, which must not hold one yet. It is there whole or not at all.
    ///
    /// Pictures are JPEG in the training split and PNG in the others, whatever `traj_data.json` says.
    package func write(to root: String) throws {
        let folder = try AtomicFolder(root + "/data")
        let data = folder.partialPath
        var samples: [String: [Splits.Sample]] = [:]
        var random = SplitMix64(seed: seed)
        for split in Release.knownSplits {
            guard let count = trajectories[split] else { continue }
            let isTest = split.hasPrefix("tests")
            for number in 0..<count {
                let scene = Self.firstScene + (split.hasSuffix("unseen") ? 50 : 0) + number % 4
                let sample = try SampleTrajectory(number: number, sceneNumber: scene, using: &random)
                let id = sample.trajectory.taskID
                let key = isTest ? id : "\(sample.taskFolder)/\(id)"
                let location = TrajectoryLocation(
                    split: split, key: key, folder: "\(data)/json_2.1.0/\(split)/\(key)")
                try TrajectoryFolder.write(
                    isTest ? Self.withoutPlan(sample.trajectory) : sample.trajectory, to: location,
                    images: isTest ? [] : try Self.images(sample.pictures, asJPEG: split == "train"))
                samples[split, default: []] += sample.trajectory.annotations.indices.map {
                    Splits.Sample(task: key, repeatIndex: $0)
                }
            }
        }
        try Folder.make("\(data)/splits")
        try AtomicFile.write(Splits(samples: samples).json(), to: "\(data)/splits/oct21.json")
        try folder.finish()
    }

    private static func images(_ pictures: [RGBImage], asJPEG: Bool) throws -> [(name: String, bytes: [UInt8])] {
        try pictures.enumerated().map { t, picture in
            (
                SampleTrajectory.padded(t, 9) + (asJPEG ? ".jpg" : ".png"),
                asJPEG ? try picture.jpeg(quality: 90) : try picture.png()
            )
        }
    }

    /// As the test splits are published: scene and language only.
    private static func withoutPlan(_ trajectory: Trajectory) -> Trajectory {
        Trajectory(taskID: trajectory.taskID, scene: trajectory.scene, annotations: trajectory.annotations)
    }
}
