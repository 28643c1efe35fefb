internal import ALFRED
internal import Episodes
internal import Household

/// Fits the boxes of a floor plan's furniture, one after the other, against the others' present estimates.
struct FurnitureEstimation {
    /// A distinct picture of an object, as often as it was recorded.
    struct DistinctView {
        var sighting: FloorPlanEvidence.Sighting
        var camera: CameraView
        var count: Int
        var weight: Float { min(3, Float(count).squareRoot()) }
    }

    struct Instance {
        var id: String
        var type: ObjectType
        var anchor: SIMD3<Float>
        var yaw: Float
        var frame: Frame3
        var views: [DistinctView]
        var faces: Faces
        var opening: SceneObject.Opening?
        /// Height in the room on which things rest, for what has one level; and the levels of an interior.
        var supports: [Float] = []
        /// Whether it is open to the top, so that what is in it is seen from above.
        var isHollow: Bool { [.sinkBasin, .bathtubBasin, .garbageCan, .cart, .laundryHamper].contains(type) }

        var bounds: Bounds { frame.bounds(faces.box) }
    }

    /// A ray through a pixel of a mask, and how far it went before it met the object.
    private struct Ray {
        var origin, direction: SIMD3<Float>
        var depth: Float
        var weight: Float
        /// Index of the instance it belongs to; -1 for a thing.
        var owner: Int
        var openIDs: [String]
    }

    /// Rays taken from a mask.
    private static let raysPerMask = 12
    /// Views of an object that are used, the most frequent first.
    private static let viewLimit = 16

    private let evidence: FloorPlanEvidence
    private let floorY: Float
    private let cells: [SIMD2<Int>]
    var things: [String: Bounds] = [:]
    private(set) var instances: [Instance] = []
    private(set) var notes: [String] = []
    private var thingViews: [DistinctView] = []
    /// Middles of the bases of things as they were found.
    private var bases: [SIMD3<Float>] = []

    init(_ evidence: FloorPlanEvidence, layout: FloorPlanLayout?, cells: [SIMD2<Int>]) {
        self.evidence = evidence
        self.cells = cells
        floorY = evidence.floorY
        var groups: [String: [DistinctView]] = [:]
        var slots: [String: (String, Int)] = [:]
        for sighting in evidence.sightings {
            let isThing = sighting.type.traits.contains(.pickupable)
            if isThing, sighting.prefabPose == nil { continue }
            let group = isThing ? "" : sighting.objectID
            let (p, b) = (sighting.pose, sighting.box)
            let key =
                "\(sighting.objectID) \(p.x) \(p.z) \(p.heading) \(p.horizon) \(b.xMin / 4) \(b.yMin / 4) "
                + "\(b.xMax / 4) \(b.yMax / 4) \(sighting.isOpen)"
            if let slot = slots[key] {
                groups[slot.0]?[slot.1].count += 1
            } else {
                slots[key] = (group, groups[group]?.count ?? 0)
                groups[group, default: []].append(
                    DistinctView(sighting: sighting, camera: CameraView(p, floorY: floorY), count: 1))
            }
        }
        thingViews = groups[""] ?? []
        groups[""] = nil
        for (id, views) in groups.sorted(by: { $0.key < $1.key }) {
            guard let anchor = Self.anchor(id) else {
                notes.append("\(id) has no position in its id")
                continue
            }
            // What was used from further away than any reach says nothing about the box.
            let near = views.filter { view in
                let d = view.camera.eye - anchor
                return d.x * d.x + d.z * d.z < 4 * 4
            }
            guard let first = near.first else {
                notes.append("\(id) was only seen from far away")
                continue
            }
            add(
                id, first.sighting.type, anchor, quarter: Self.front(near.map { ($0.sighting.pose.heading, $0.count) }),
                views: near)
        }
        for (id, pose) in (layout?.interactionPoses ?? [:]).sorted(by: { $0.key < $1.key }) where groups[id] == nil {
            guard let type = ObjectType(objectID: id), let anchor = Self.anchor(id) else {
                notes.append("\(id) of the layout is of no known type or has no position")
                continue
            }
            guard !type.traits.contains(.pickupable), pose.rotation.isFinite, abs(pose.rotation) < 1e6 else { continue }
            add(id, type, anchor, quarter: (Int((pose.rotation / 90).rounded()) + 2) & 3, views: [])
        }
    }

    private mutating func add(
        _ id: String, _ type: ObjectType, _ anchor: SIMD3<Float>, quarter: Int, views: [DistinctView]
    ) {
        let y = ClassPriors.standsOnFloor.contains(type) ? floorY : anchor.y
        let yaw = Float(quarter * 90)
        instances.append(
            Instance(
                id: id, type: type, anchor: anchor, yaw: yaw,
                frame: Frame3(origin: SIMD3(anchor.x, y, anchor.z), yaw: yaw), views: views,
                faces: ClassPriors.furniture(type).mean))
    }

    private static func anchor(_ id: String) -> SIMD3<Float>? {
        guard let p = ObjectID(id).position, p.isFinite, abs(p.x) < 1000, abs(p.y) < 1000, abs(p.z) < 1000 else {
            return nil
        }
        return SIMD3(Float(p.x), Float(p.y), Float(p.z))
    }

    /// The quarter turn towards most agents: they look against it.
    private static func front(_ headings: [(heading: Int, count: Int)]) -> Int {
        var votes = [0, 0, 0, 0]
        for (heading, count) in headings { votes[(heading + 2) & 3] += count }
        return votes.indices.max { (votes[$0], -$0) < (votes[$1], -$1) } ?? 0
    }

    /// Fits every box three times: alone, then with the heights on which things rest and against what the others' masks
    /// say.
    mutating func run() {
        bases = evidence.restingPoses.compactMap { pose in
            guard let type = ObjectType(rawValue: String(pose.objectName.prefix { $0 != "_" })),
                pose.position.isFinite, pose.rotation.isFinite
            else { return nil }
            let upright = UprightBox(pose, things[pose.objectName] ?? ClassPriors.thing(type).mean.box)
            return upright.position
        }.sorted { ($0.y, $0.x, $0.z) < ($1.y, $1.x, $1.z) }
        for index in instances.indices where instances[index].type == .armChair { turnToSeat(index) }
        for index in instances.indices where !instances[index].views.isEmpty {
            instances[index].faces = fit(index, rays: [])
            turnToFront(index)
        }
        for _ in 0..<2 {
            for index in instances.indices { instances[index].supports = supports(of: instances[index]) }
            let rays = allRays()
            for index in instances.indices { instances[index].faces = fit(index, rays: rays) }
        }
        let rays = allRays()
        for index in instances.indices where instances[index].type == .cabinet {
            instances[index].faces = deepened(index, rays)
        }
        for index in instances.indices {
            instances[index].supports = supports(of: instances[index])
            instances[index].opening = OpeningEstimation.opening(of: instances[index])
        }
    }

    /// A cabinet's masks show its front only, what is behind is under a counter: it is as deep as it may be without
    /// hiding what was seen.
    private func deepened(_ index: Int, _ rays: [Ray]) -> Faces {
        let faces = instances[index].faces
        let cost = penalty(instances[index], index, rays)
        let limit = cost(faces) + 0.15
        for depth: Float in [0.5, 0.44, 0.38, 0.32, 0.26, 0.2] where depth > faces.size.z {
            var candidate = faces
            candidate.low.z = faces.high.z - depth
            if cost(candidate) <= limit { return candidate }
        }
        return faces
    }

    /// The heights of the levels on which things were found in or on a piece of furniture.
    private func supports(of instance: Instance) -> [Float] {
        let box = instance.bounds
        let margin: Float = 0.03
        let inside = bases.filter {
            $0.x > box.min.x - margin && $0.x < box.max.x + margin && $0.z > box.min.z - margin
                && $0.z < box.max.z + margin
        }.map(\.y)
        return SupportHeights.levels(inside, of: instance.type, bottom: box.min.y, top: box.max.y)
    }

    /// Turns a chair so that what was found on it lies before its back: agents put things on it from any side.
    private mutating func turnToSeat(_ index: Int) {
        let chair = instances[index]
        let foot = SIMD3<Float>(chair.anchor.x, floorY, chair.anchor.z)
        var (sum, count) = (SIMD3<Float>.zero, 0)
        for base in bases {
            let offset = base - foot
            guard max(abs(offset.x), abs(offset.z)) < 0.5, (0.2...0.6).contains(offset.y) else { continue }
            sum += offset
            count += 1
        }
        guard count >= 4 else { return }
        let mean = sum / Float(count)
        guard max(abs(mean.x), abs(mean.z)) > 0.06 else { return }
        let alongX: Float = mean.x > 0 ? 90 : 270
        let alongZ: Float = mean.z > 0 ? 0 : 180
        let yaw = abs(mean.x) > abs(mean.z) ? alongX : alongZ
        instances[index].yaw = yaw
        instances[index].frame = Frame3(origin: chair.frame.origin, yaw: yaw)
    }

    /// The quarter turn that explains the masks with the door open best, for what has one and was mostly used by agents
    /// that stood beside the front they faced.
    private mutating func turnToFront(_ index: Int) {
        let original = instances[index]
        guard [.microwave, .fridge, .safe].contains(original.type),
            let loss = OpeningEstimation.best(of: original)?.loss
        else { return }
        let lateral = original.views.map { view in
            (abs(((view.camera.eye - original.anchor) * original.frame.x).sum()), view.count)
        }
        let aside = lateral.reduce(0) { $0 + ($1.0 > 0.45 ? $1.1 : 0) }
        guard 2 * aside > lateral.reduce(0, { $0 + $1.1 }) else { return }
        var best = (loss: 0.9 * loss, instance: original)
        for quarter: Float in [90, 180, 270] {
            var candidate = original
            candidate.yaw = (original.yaw + quarter).truncatingRemainder(dividingBy: 360)
            candidate.frame = Frame3(origin: original.frame.origin, yaw: candidate.yaw)
            instances[index] = candidate
            candidate.faces = fit(index, rays: [])
            if let loss = OpeningEstimation.best(of: candidate)?.loss, loss < best.loss { best = (loss, candidate) }
        }
        instances[index] = best.instance
    }

    private func fit(_ index: Int, rays: [Ray]) -> Faces {
        let instance = instances[index]
        var prior = ClassPriors.furniture(instance.type)
        if SupportHeights.kind(of: instance.type) == .top, let top = instance.supports.last {
            prior.mean.high.y = top - instance.frame.origin.y
            prior.spread.high.y = 0.004
            if !ClassPriors.standsOnFloor.contains(instance.type) {
                prior.mean.low.y = min(prior.mean.low.y, prior.mean.high.y - 0.03)
            }
        }
        if instance.type == .sinkBasin || instance.type == .bathtubBasin, let level = instance.supports.first {
            prior.mean.low.y = level - 0.01 - instance.frame.origin.y
            prior.spread.low.y = 0.005
        }
        let closed = instance.views.filter { !$0.sighting.isOpen }
        var fit = FaceFit(views: [], prior: prior)
        fit.isOpening = instance.type == .sinkBasin || instance.type == .bathtubBasin
        for view in closed.sorted(by: { $0.count > $1.count }).prefix(Self.viewLimit) {
            fit.views.append(
                FaceFit.View(
                    projection: BoxProjection(view.camera, frame: instance.frame),
                    rectangle: PictureRectangle(view.sighting.box), weight: view.weight))
        }
        fit.penalty = penalty(instance, index, rays)
        var start = rays.isEmpty ? prior.mean : instance.faces
        start.high.y = max(prior.mean.high.y, start.low.y + prior.minimum)
        return fit.fitted(from: start)
    }

    /// What a box costs for standing where agents stood, being out of their reach, or hiding what was seen.
    private func penalty(_ instance: Instance, _ index: Int, _ rays: [Ray]) -> (Faces) -> Float {
        let frame = instance.frame
        func local(_ p: SIMD3<Float>) -> SIMD3<Float> {
            let d = p - frame.origin
            return SIMD3((d * frame.x).sum(), (d * frame.y).sum(), (d * frame.z).sum())
        }
        func localDirection(_ d: SIMD3<Float>) -> SIMD3<Float> {
            SIMD3((d * frame.x).sum(), (d * frame.y).sum(), (d * frame.z).sum())
        }
        let floor = floorY - frame.origin.y
        let cell = AgentPose.cell
        let places = cells.map { local(SIMD3(Float($0.x) * cell, floorY, Float($0.y) * cell)) }
            .filter { abs($0.x) < 2.5 && abs($0.z) < 2.5 }
        let users = instance.views.filter { $0.sighting.action != .close }.map { local($0.camera.eye) }
        let prior = ClassPriors.furniture(instance.type)
        let wide = Bounds(
            min: prior.mean.low - prior.spread.low * 3 - 0.1, max: prior.mean.high + prior.spread.high * 3 + 0.1)
        let basins = instances.filter { $0.type == .sinkBasin }.map(\.bounds)
        let kind = SupportHeights.kind(of: instance.type)
        let seat = instance.supports.last.map { $0 - frame.origin.y }
        let isHollow = instance.isHollow
        let isBody = instance.type == .dresser || instance.type == .ottoman
        let hostile: [(SIMD3<Float>, SIMD3<Float>, Float, Float)] = rays.compactMap { ray in
            guard ray.owner != index, !ray.openIDs.contains(instance.id) else { return nil }
            // Through the hole that a basin has in a counter.
            if instance.type == .counterTop, basins.contains(where: { $0.entry(ray.origin, ray.direction) != nil }) {
                return nil
            }
            let (origin, direction) = (local(ray.origin), localDirection(ray.direction))
            guard let entry = wide.entry(origin, direction), entry < ray.depth else { return nil }
            return (origin, direction, ray.depth, ray.weight)
        }
        return { faces in
            var cost: Float = 0
            let box = faces.box
            if box.min.y < floor + 1.7, box.max.y > floor + 0.1 {
                for place in places {
                    let dx = min(place.x - box.min.x, box.max.x - place.x) + 0.18
                    let dz = min(place.z - box.min.z, box.max.z - place.z) + 0.18
                    if dx > 0, dz > 0 { cost += 2 * min(dx, dz) }
                }
            }
            for user in users {
                let d = box.horizontalDistance(x: user.x, z: user.z)
                if d > 1.45 { cost += 12 * min(d - 1.45, 0.5) }
            }
            var solid = box
            switch kind {
            case .top where !isBody: solid.min.y = max(solid.min.y, solid.max.y - 0.08)
            case .seat: solid.max.y = min(solid.max.y, seat ?? (solid.min.y + solid.max.y) / 2)
            default: break
            }
            for (origin, direction, depth, weight) in hostile {
                if isHollow {
                    let end = origin + direction * (depth + 0.03)
                    if end.x > box.min.x, end.x < box.max.x, end.z > box.min.z, end.z < box.max.z { continue }
                }
                if let entry = solid.entry(origin, direction), entry < depth - 0.01 { cost += weight }
            }
            return cost
        }
    }

    /// Rays through the masks of everything that was seen where it is known to be.
    private func allRays() -> [Ray] {
        var rays: [Ray] = []
        for (index, instance) in instances.enumerated() {
            let box = instance.bounds
            for view in instance.views where !view.sighting.isOpen { add(view, box, owner: index, to: &rays) }
        }
        for view in thingViews {
            guard let index = view.sighting.prefabPose else { continue }
            let pose = evidence.prefabPoses[index]
            let local = things[pose.objectName] ?? ClassPriors.thing(view.sighting.type).mean.box
            add(view, Frame3(pose).bounds(local), owner: -1, to: &rays)
        }
        return rays
    }

    private func add(_ view: DistinctView, _ box: Bounds, owner: Int, to rays: inout [Ray]) {
        let mask = view.sighting.mask
        let area = mask.area
        guard area > 0 else { return }
        let count = min(Self.raysPerMask, area)
        var (rank, run, before) = (0, 0, 0)
        while rank < count {
            let wanted = (2 * rank + 1) * area / (2 * count)
            while run < mask.runs.count, before + Int(mask.runs[run].length) <= wanted {
                before += Int(mask.runs[run].length)
                run += 1
            }
            guard run < mask.runs.count else { return }
            let pixel = Int(mask.runs[run].start) + wanted - before
            let direction = view.camera.ray(column: pixel % Mask.frameSide, row: pixel / Mask.frameSide)
            let centre = view.camera.camera(box.centre).z
            let depth = box.entry(view.camera.eye, direction) ?? centre
            rays.append(
                Ray(
                    origin: view.camera.eye, direction: direction, depth: max(0.1, depth),
                    weight: 1.5 * view.weight / Float(count), owner: owner, openIDs: view.sighting.openIDs))
            rank += 1
        }
    }

    /// The estimates as boxes on their bases.
    func furniture() -> [FloorPlanEstimate.Furniture] {
        let basins = instances.filter { $0.type == .sinkBasin }.map(\.bounds)
        return instances.map { instance in
            let box = instance.faces.box
            let frame = instance.frame
            let base = frame.origin + frame.x * box.centre.x + frame.y * box.min.y + frame.z * box.centre.z
            let size = box.size
            let heights = instance.supports.map { $0 - base.y }
            var surfaces = SupportHeights.surfaces(of: instance.type, size: size, at: heights)
            if instance.type == .counterTop {
                let placement = Placement(position: base, yaw: instance.yaw)
                surfaces = SupportHeights.surfaces(
                    surfaces, size: size,
                    around: basins.map { basin in
                        Placement(position: .zero, yaw: -instance.yaw).bounds(
                            Bounds(min: basin.min - placement.position, max: basin.max - placement.position))
                    })
            }
            return FloorPlanEstimate.Furniture(
                id: instance.id, type: instance.type, position: base, size: size, yaw: instance.yaw,
                opening: instance.opening, surfaces: surfaces, views: instance.views.count)
        }
    }
}

extension Bounds {
    /// Where a ray enters the box, in multiples of `direction`; 0 from inside, nil when it misses.
    func entry(_ origin: SIMD3<Float>, _ direction: SIMD3<Float>) -> Float? {
        let inverse = 1 / direction
        let a = (min - origin) * inverse, b = (max - origin) * inverse
        let near = pointwiseMin(a, b).max(), far = pointwiseMax(a, b).min()
        return near <= far && far > 0 ? Swift.max(near, 0) : nil
    }
}
