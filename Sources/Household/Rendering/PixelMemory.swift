internal import CRaster

/// Memory that kernels write to, aligned for vectors, zero at first.
final class KernelMemory<Element> {
    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var capacity: Int

    init(_ capacity: Int) {
        self.capacity = capacity
        start = Self.allocate(capacity)
    }

    /// Makes room for so many elements; what was there is lost if there was less.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        start.deallocate()
        capacity = count
        start = Self.allocate(count)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        let bytes = max(1, capacity) * MemoryLayout<Element>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return memory.bindMemory(to: Element.self, capacity: capacity)
    }

    var byteCount: Int { capacity * MemoryLayout<Element>.stride }

    deinit { start.deallocate() }
}

/// Nearness and polygon number of each pixel.
final class PixelMemory {
    private let nearness: KernelMemory<Float>
    private let polygons: KernelMemory<UInt32>
    private let left, right: KernelMemory<Int32>
    let light: KernelMemory<UInt8>
    var target: CRTarget

    init(width: Int, height: Int) {
        let stride = (width + 7) / 8 * 8
        nearness = KernelMemory(stride * height + Int(CR_PADDING))
        polygons = KernelMemory(stride * height + Int(CR_PADDING))
        light = KernelMemory(stride * height)
        left = KernelMemory(height)
        right = KernelMemory(height)
        target = CRTarget(
            nearness: nearness.start, polygons: polygons.start, width: Int32(width), height: Int32(height),
            stride: Int32(stride), left: left.start, right: right.start)
        // Zeros would be pixels of polygon 0, which there is none of before something is drawn.
        cr_clear(&target, 0, 0, Int32(width), Int32(height))
    }

    var byteCount: Int { nearness.byteCount + polygons.byteCount + light.byteCount + left.byteCount + right.byteCount }
}

/// Memory of the geometry stage.
final class GeometryMemory {
    private let polygons = KernelMemory<CRPolygon>(0)
    private let shades = KernelMemory<CRShade>(0)
    private let points = KernelMemory<Float>(0)
    private let placed = KernelMemory<CRPlaced>(0)
    private let coordinates = (0..<5).map { _ in KernelMemory<Float>(0) }
    private let frontFaces = KernelMemory<UInt32>(0)
    private let visibleMemory = KernelMemory<UInt32>(0)
    private let depthMemory = KernelMemory<Float>(0)
    var frame = CRFrame()

    var visible: UnsafeMutablePointer<UInt32> { visibleMemory.start }
    var depth: UnsafeMutablePointer<Float> { depthMemory.start }

    /// Makes room for all objects of a scene and empties the frame.
    func begin(_ size: SceneMeshes.Size) {
        polygons.reserve(size.faces)
        shades.reserve(size.faces)
        // Two numbers a point. A cut of a convex face adds one point, or a few where rounding bends an edge along the
        // near plane; more than half as many again no cut can add (CR_FACE_CORNERS).
        points.reserve(3 * size.corners)
        placed.reserve(size.objects + 1)
        for memory in coordinates { memory.reserve(size.largestVertices) }
        frontFaces.reserve(size.largestFaces + 8)
        visibleMemory.reserve(size.objects + 8)
        depthMemory.reserve(size.objects + 8)
        frame = CRFrame(
            polygons: polygons.start, shades: shades.start, points: points.start, placed: placed.start,
            polygonCount: 0, pointCount: 0, placedCount: 0, polygonCapacity: UInt32(size.faces),
            pointCapacity: UInt32(points.capacity / 2), placedCapacity: UInt32(placed.capacity),
            cameraX: coordinates[0].start,
            cameraY: coordinates[1].start, cameraZ: coordinates[2].start, screenX: coordinates[3].start,
            screenY: coordinates[4].start, frontFaces: frontFaces.start)
    }

    /// Whether what the kernels have written since ``begin(_:)`` was reserved.
    var isWithinCapacity: Bool {
        frame.polygonCount <= polygons.capacity && frame.polygonCount <= shades.capacity
            && 2 * frame.pointCount <= points.capacity && frame.placedCount <= placed.capacity
    }

    var byteCount: Int {
        polygons.byteCount + shades.byteCount + points.byteCount + placed.byteCount + frontFaces.byteCount
            + visibleMemory.byteCount + depthMemory.byteCount + coordinates.reduce(0) { $0 + $1.byteCount }
    }
}
