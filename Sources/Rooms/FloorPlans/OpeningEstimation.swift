internal import Household

/// How a piece of furniture opens, from the masks recorded while it was open.
enum OpeningEstimation {
    static func opening(of instance: FurnitureEstimation.Instance) -> SceneObject.Opening? {
        best(of: instance)?.opening
    }

    /// The way of opening that fits best, and how badly.
    static func best(of instance: FurnitureEstimation.Instance) -> (opening: SceneObject.Opening, loss: Float)? {
        let size = instance.faces.size
        guard let usual = Looks.opening(of: instance.type, size: size) else { return nil }
        let views = instance.views.filter(\.sighting.isOpen).map { view in
            (BoxProjection(view.camera, frame: instance.frame), PictureRectangle(view.sighting.box), view.weight)
        }
        guard !views.isEmpty else { return (usual, 0) }
        let candidates: [SceneObject.Opening]
        switch usual {
        case .leftHinged, .rightHinged, .doubleDoor: candidates = [.leftHinged, .rightHinged, .doubleDoor]
        case .slide: candidates = (1...14).map { .slide(Float($0) * 0.04) }
        case .lid: return (usual, 0)
        }
        func loss(_ opening: SceneObject.Opening) -> Float {
            views.reduce(0) { sum, view in
                guard let r = rectangle(instance.faces.box, opening, view.0) else { return sum + 4 * view.2 }
                let m = view.1
                func robust(_ error: Float) -> Float { abs(error) / (abs(error) + 20) }
                return sum + view.2
                    * (robust(r.minX - m.minX) + robust(r.minY - m.minY) + robust(r.maxX - m.maxX)
                        + robust(r.maxY - m.maxY))
            }
        }
        let losses = candidates.map(loss)
        return candidates.indices.min { losses[$0] < losses[$1] }.map { (candidates[$0], losses[$0]) } ?? (usual, 0)
    }

    /// The rectangle around the opened object's picture.
    static func rectangle(
        _ box: Bounds, _ opening: SceneObject.Opening, _ projection: BoxProjection
    ) -> PictureRectangle? {
        func door(left: Bool, width: Float) -> Bounds {
            // Turned out by 90 degrees: a slab in front of the hinge, as deep as the door is wide. As seen from in
            // front, the left is at +x of the box's own frame.
            let x = left ? box.max.x : box.min.x
            return Bounds(
                min: SIMD3(x - (left ? 0.03 : 0), box.min.y, box.max.z),
                max: SIMD3(x + (left ? 0 : 0.03), box.max.y, box.max.z + width))
        }
        switch opening {
        case .slide(let distance):
            let move = SIMD3<Float>(0, 0, distance)
            return projection.rectangle(Bounds(min: box.min + move, max: box.max + move))
        case .leftHinged:
            return union([box, door(left: true, width: box.size.x)].compactMap(projection.rectangle))
        case .rightHinged:
            return union([box, door(left: false, width: box.size.x)].compactMap(projection.rectangle))
        case .doubleDoor:
            let width = box.size.x / 2
            return union(
                [box, door(left: true, width: width), door(left: false, width: width)].compactMap(
                    projection.rectangle))
        case .lid: return projection.rectangle(box)
        }
    }

    private static func union(_ list: [PictureRectangle]) -> PictureRectangle? {
        guard var r = list.first else { return nil }
        for other in list.dropFirst() {
            r.minX = min(r.minX, other.minX)
            r.minY = min(r.minY, other.minY)
            r.maxX = max(r.maxX, other.maxX)
            r.maxY = max(r.maxY, other.maxY)
        }
        return r
    }
}
