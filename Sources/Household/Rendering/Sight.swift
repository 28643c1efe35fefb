internal import CRaster

/// Decides whether an object can be seen without drawing the whole picture: the object first, then whatever could hide
/// it, only inside the rectangle the object fills.
final class Sight {
    private let geometry = GeometryMemory()
    /// Taken when first asked.
    private lazy var pixels = PixelMemory(width: 300, height: 300)
    private var isUsed = false

    /// Whether the object has at least `wanted` pixels in the picture of a camera of 300 x 300.
    func sees(_ object: Int, _ meshes: SceneMeshes, _ camera: Camera, atLeast wanted: Int) -> Bool {
        guard wanted > 0 else { return true }
        guard meshes.isDrawn(object) else { return false }
        isUsed = true
        var view = camera.view
        geometry.begin(meshes.size)
        let objects = UnsafePointer(meshes.objects.start)
        cr_project(&view, objects, UInt32(object), &geometry.frame)
        let own = geometry.frame.polygonCount
        guard own > 0 else { return false }
        guard let rectangle = rectangle(own) else { return false }

        // A small middle part often suffices.
        let middleX = (rectangle.minX + rectangle.maxX) / 2
        let middleY = (rectangle.minY + rectangle.maxY) / 2
        let part = Rectangle(
            minX: max(rectangle.minX, middleX - 16), minY: max(rectangle.minY, middleY - 8),
            maxX: min(rectangle.maxX, middleX + 16), maxY: min(rectangle.maxY, middleY + 8))
        if part != rectangle, count(object, meshes, view, part, wanted) >= wanted { return true }
        return count(object, meshes, view, rectangle, wanted) >= wanted
    }

    private struct Rectangle: Equatable {
        var minX, minY, maxX, maxY: Int32
    }

    /// The pixels the first polygons can touch.
    private func rectangle(_ count: UInt32) -> Rectangle? {
        let frame = geometry.frame
        var (minX, maxX): (Float, Float) = (300, 0)
        var (minY, maxY): (Int32, Int32) = (300, 0)
        for index in 0..<Int(count) {
            let polygon = frame.polygons[index]
            minY = min(minY, polygon.minY)
            maxY = max(maxY, polygon.maxY)
            for point in Int(polygon.firstPoint)..<Int(polygon.firstPoint + polygon.pointCount) {
                minX = min(minX, frame.points[2 * point])
                maxX = max(maxX, frame.points[2 * point])
            }
        }
        let left = Int32(max(0, minX - 1)), right = Int32(min(300, maxX + 2))
        guard left < right, minY < maxY else { return nil }
        return Rectangle(minX: left, minY: minY, maxX: right, maxY: maxY)
    }

    /// Pixels of the object in a part of the picture, counted no further than what is wanted.
    private func count(
        _ object: Int, _ meshes: SceneMeshes, _ whole: CRView, _ part: Rectangle, _ wanted: Int
    ) -> Int {
        var view = whole
        (view.minX, view.minY, view.maxX, view.maxY) = (part.minX, part.minY, part.maxX, part.maxY)
        let objects = UnsafePointer(meshes.objects.start)
        // The object's polygons again, with rows inside the part.
        (geometry.frame.polygonCount, geometry.frame.pointCount, geometry.frame.placedCount) = (0, 0, 0)
        cr_project(&view, objects, UInt32(object), &geometry.frame)
        let own = geometry.frame.polygonCount
        guard own > 0 else { return 0 }
        cr_clear(&pixels.target, part.minX, part.minY, part.maxX, part.maxY)
        cr_draw(&view, &geometry.frame, 0, own, 0, &pixels.target)
        guard cr_count(&view, &pixels.target, own, UInt32(clamping: wanted)) >= wanted else { return 0 }

        // Drawn before the object in a whole picture, so that they win where both are equally near: what is in the hand
        // before it, then what is nearer.
        var winsTies = true
        func hide(_ other: UInt32) {
            if other == UInt32(object) {
                winsTies = false
                return
            }
            let first = geometry.frame.polygonCount
            cr_project(&view, objects, other, &geometry.frame)
            cr_draw(
                &view, &geometry.frame, first, geometry.frame.polygonCount, winsTies ? 1 : 0, &pixels.target)
        }
        let found = cr_cull(
            &view, meshes.x.start, meshes.y.start, meshes.z.start, meshes.radius.start, UInt32(meshes.count),
            geometry.visible, geometry.depth)
        for index in meshes.inHand { hide(index) }
        for position in 0..<Int(found) { hide(geometry.visible[position]) }
        winsTies = false
        hide(UInt32(meshes.count))
        return Int(cr_count(&view, &pixels.target, own, UInt32(clamping: wanted)))
    }

    var isWithinCapacity: Bool { geometry.isWithinCapacity }

    var byteCount: Int { geometry.byteCount + (isUsed ? pixels.byteCount : 0) }
}
