package import ALFRED
internal import Episodes
package import Household
internal import Rooms

/// The object a mask points at, as ALFRED resolves it (`env/thor_env.py`, `va_interact`).
struct MaskResolution: Sendable, Equatable {
    /// Objects that share pixels with the mask, by index, best first; what is in the hand and what cannot be interacted
    /// with is left out.
    var candidates: [(object: Int, iou: Double)]

    static func == (a: MaskResolution, b: MaskResolution) -> Bool {
        a.candidates.elementsEqual(b.candidates, by: ==)
    }

    var object: Int? { candidates.first?.object }

    /// Looks up `mask` in the renderer's last picture, which must be of 300 x 300 pixels and show `world`.
    init(_ mask: Mask, in world: World, renderer: Renderer) {
        var common: [Int: Int] = [:]
        renderer.withInstances { ids in
            for run in mask.runs {
                let start = max(0, Int(run.start))
                let end = min(ids.count, Int(run.start) + Int(run.length))
                guard start < end else { continue }
                for index in start..<end where ids[index] > 0 { common[Int(ids[index]) - 1, default: 0] += 1 }
            }
        }
        let area = mask.area
        candidates = common.filter { object, _ in
            object != world.held && world.scene.objects.indices.contains(object)
                && !world.scene.objects[object].type.traits.isDisjoint(with: .interactable)
        }.map { object, pixels in
            (object, Double(pixels) / Double(area + renderer.visiblePixels(of: object) - pixels))
        }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    /// Overlap with one object, 0 if none.
    func iou(with object: Int) -> Double { candidates.first { $0.object == object }?.iou ?? 0 }
}

/// How well recorded masks fit the simulator's pictures.
package struct MaskFidelity: Sendable, Equatable {
    /// The interactions with one class.
    package struct Row: Sendable, Equatable {
        /// Interactions with a mask.
        package var interactions = 0
        /// Masks that resolve to the recorded object.
        package var resolved = 0
        /// Overlap of each mask with the recorded object in our picture.
        var overlaps: [Float] = []
        /// What masks resolve to instead.
        package var confusions: [String: Int] = [:]

        /// Half of the masks overlap by more (intersection over union).
        package var medianOverlap: Float { median(overlaps) }
    }

    /// All interactions.
    package private(set) var total = Row()
    /// The same by type.
    package private(set) var byClass: [ObjectType: Row] = [:]
    /// Pixels between the middles of the recorded mask's box and ours, for things picked up where they were found.
    private(set) var pickDistances: [Float] = []
    /// The same for things that were put there before.
    private(set) var repickDistances: [Float] = []

    package init() {}

    /// Takes in an interaction about to happen in `world`.
    ///
    /// - Returns: Whether the mask resolves to the recorded object; nil for one without mask or whose object the scene
    ///   does not have.
    @discardableResult
    package mutating func add(_ low: LowAction, _ world: World, _ renderer: Renderer) -> Bool? {
        guard let mask = low.target?.mask, let id = low.targetObjectID,
            let type = ObjectType(objectID: id)
        else { return nil }
        renderer.render(world, colors: false)
        let resolution = MaskResolution(mask, in: world, renderer: renderer)
        let object = world.scene.index(ofID: id)
        let isResolved = object != nil && resolution.object == object
        let overlap = object.map { Float(resolution.iou(with: $0)) } ?? 0
        let instead = isResolved ? nil : resolution.object.map { world.scene.objects[$0].type.rawValue } ?? "nothing"
        func count(_ row: inout Row) {
            row.interactions += 1
            row.resolved += isResolved ? 1 : 0
            row.overlaps.append(overlap)
            if let instead { row.confusions[instead, default: 0] += 1 }
        }
        count(&total)
        count(&byClass[type, default: Row()])
        if low.action == .pickup, let object, let ours = renderer.centre(of: object), let theirs = mask.centre {
            let d = ours - theirs
            let distance = (d * d).sum().squareRoot()
            let isMoved = world.states[object].position != world.scene.objects[object].position
            if isMoved { repickDistances.append(distance) } else { pickDistances.append(distance) }
        }
        return isResolved
    }

    mutating func merge(_ other: MaskFidelity) {
        func add(_ row: inout Row, _ more: Row) {
            row.interactions += more.interactions
            row.resolved += more.resolved
            row.overlaps += more.overlaps
            row.confusions.merge(more.confusions, uniquingKeysWith: +)
        }
        add(&total, other.total)
        for (type, row) in other.byClass { add(&byClass[type, default: Row()], row) }
        pickDistances += other.pickDistances
        repickDistances += other.repickDistances
    }

    /// Median distance of mask centres over all things picked up, in pixels.
    package var medianPickDistance: Float { median(pickDistances + repickDistances) }
}

func median(_ values: [Float]) -> Float {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
}

extension Mask {
    /// Mean pixel of the mask (x, y); nil for an empty one.
    var centre: SIMD2<Float>? {
        var sum = SIMD2<Double>(0, 0)
        for run in runs {
            for pixel in Int(run.start)..<Int(run.start) + Int(run.length) {
                sum += SIMD2(Double(pixel % Self.frameSide), Double(pixel / Self.frameSide))
            }
        }
        return area > 0 ? SIMD2(Float(sum.x / Double(area)), Float(sum.y / Double(area))) : nil
    }
}

extension Renderer {
    /// Mean pixel of an object in the last picture; nil where it is not seen.
    func centre(of object: Int) -> SIMD2<Float>? {
        var sum = SIMD2<Double>(0, 0)
        var count = 0.0
        withInstances { ids in
            for index in ids.indices where Int(ids[index]) == object + 1 {
                sum += SIMD2(Double(index % width), Double(index / width))
                count += 1
            }
        }
        return count > 0 ? SIMD2(Float(sum.x / count), Float(sum.y / count)) : nil
    }
}
