/// The files of `gen/layouts` for one floor plan.
package struct FloorPlanLayout: Sendable, Equatable {
    /// A place from which a receptacle can be used.
    package struct InteractionPose: Sendable, Equatable {
        /// Metres.
        package var x, z: Double
        /// Degrees.
        package var rotation, horizon: Double

        package init(x: Double, z: Double, rotation: Double, horizon: Double) {
            self.x = x
            self.z = z
            self.rotation = rotation
            self.horizon = horizon
        }
    }

    /// `FloorPlan<N>-layout.npy`: cells (x, z) in metres where the agent can stand. Not complete: recorded trajectories
    /// visit further cells.
    package var reachable: [SIMD2<Double>]
    /// `FloorPlan<N>-openable.json`: object id to pose. Holds every receptacle, not only openable ones.
    package var interactionPoses: [String: InteractionPose]
    /// `FloorPlan<N>-objects.json`: the classes in the default scene.
    package var objectClasses: [String]

    package init(
        reachable: [SIMD2<Double>], interactionPoses: [String: InteractionPose] = [:], objectClasses: [String] = []
    ) {
        self.reachable = reachable
        self.interactionPoses = interactionPoses
        self.objectClasses = objectClasses
    }

    private static let jsonLimit = 16 << 20

    /// Reads the floor plan's files in `folder` (`gen/layouts`).
    package init(folder: String, sceneNumber: Int) throws(ALFREDError) {
        let stem = "\(folder)/FloorPlan\(sceneNumber)"
        let cells = try NPYArray(contentsOf: stem + "-layout.npy")
        let poses = try Self.read(stem + "-openable.json", Self.interactionPoses)
        let classes = try Self.read(stem + "-objects.json") { root throws(ALFREDError) in
            try root.map { name throws(ALFREDError) in try name.string() }
        }
        self.init(
            reachable: try Self.cells(cells, file: stem + "-layout.npy"), interactionPoses: poses,
            objectClasses: classes)
    }

    static func cells(_ array: NPYArray, file: String) throws(ALFREDError) -> [SIMD2<Double>] {
        guard array.shape.count == 2, array.shape[1] == 2 else {
            throw ALFREDError(.malformed, "expected shape (n, 2), found \(array.shape)", file: file)
        }
        guard array.values.allSatisfy(\.isFinite) else {
            throw ALFREDError(.invalidValue, "a cell is not finite", file: file)
        }
        return (0..<array.shape[0]).map { SIMD2(array.values[2 * $0], array.values[2 * $0 + 1]) }
    }

    private static func read<T>(
        _ path: String, _ body: (JSONView) throws(ALFREDError) -> T
    ) throws(ALFREDError) -> T {
        let file = FileBytes()
        do {
            try file.load(path, limit: jsonLimit)
            return try JSONReader().withRoot(of: file, body)
        } catch {
            throw error.inFile(path)
        }
    }

    static func interactionPoses(_ root: JSONView) throws(ALFREDError) -> [String: InteractionPose] {
        var poses: [String: InteractionPose] = [:]
        try root.forEachMember { id, list throws(ALFREDError) in
            let values = try list.map { value throws(ALFREDError) in try value.double() }
            guard values.count == 4 else {
                throw list.invalid("expected [x, z, rotation, horizon], found \(values.count) numbers")
            }
            poses[try id.string()] = InteractionPose(
                x: values[0], z: values[1], rotation: values[2], horizon: values[3])
        }
        return poses
    }

    /// The three files as name and bytes, in the release's layout.
    package func files(sceneNumber: Int) -> [(name: String, bytes: [UInt8])] {
        var poses = JSONWriter()
        poses.object { members in
            for (id, pose) in interactionPoses {
                members.set(id) { writer in
                    writer.array([pose.x, pose.z, pose.rotation, pose.horizon]) { $0.value(JSONTree(number: $1)) }
                }
            }
        }
        var classes = JSONWriter()
        classes.array(objectClasses) { $0.value($1) }
        let cells = NPYArray(shape: [reachable.count, 2], values: reachable.flatMap { [$0.x, $0.y] })
        return [
            ("FloorPlan\(sceneNumber)-layout.npy", cells.npy()),
            ("FloorPlan\(sceneNumber)-openable.json", poses.bytes),
            ("FloorPlan\(sceneNumber)-objects.json", classes.bytes),
        ]
    }
}

extension JSONTree {
    /// Whole numbers without a fraction.
    fileprivate init(number: Double) {
        if let whole = Int(exactly: number) { self = .int(whole) } else { self = .double(number) }
    }
}
