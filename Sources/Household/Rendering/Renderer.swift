internal import CRaster

/// Draws worlds, and tells what can be seen in them. Holds scratch memory and the meshes of one scene: one per thread.
///
/// A pass writes nearness (1 / depth) and a polygon number for each pixel; colours and instance ids follow in a second
/// pass over runs of one polygon. The same world gives the same bytes on every machine and at every time.
package final class Renderer {
    /// Pixels.
    package let width, height: Int

    private let geometry = GeometryMemory()
    private let pixels: PixelMemory
    private let row: KernelMemory<UInt32>
    private let rgb: KernelMemory<UInt8>
    private let instances: KernelMemory<UInt16>
    private let counts = KernelMemory<UInt32>(0)
    /// Taken when first asked for.
    private var depth: KernelMemory<Float>?
    private var isDepthCurrent = false
    private var objectCount = 0
    private(set) var meshes: SceneMeshes?
    let sight = Sight()

    /// Seconds spent in the stages of ``render(_:colors:)``, if measured.
    struct Stages {
        var cull = 0.0, project = 0.0, draw = 0.0, occlude = 0.0, shade = 0.0
    }
    var clock: (() -> Double)?
    var stages = Stages()

    private let looks: @Sendable (SceneObject, ObjectFlags) -> Mesh

    /// - Parameter looks: The mesh of an object in its own frame; it must depend on nothing but its arguments.
    package init(
        width: Int = 300, height: Int = 300,
        looks: @escaping @Sendable (SceneObject, ObjectFlags) -> Mesh = { Looks.mesh(of: $0, $1) }
    ) {
        precondition((1...8192).contains(width) && (1...8192).contains(height), "a picture of \(width) x \(height)")
        self.looks = looks
        self.width = width
        self.height = height
        pixels = PixelMemory(width: width, height: height)
        row = KernelMemory(width + Int(CR_PADDING))
        rgb = KernelMemory(width * height * 3 + Int(CR_PADDING))
        instances = KernelMemory(width * height + Int(CR_PADDING))
    }

    /// The meshes of a world's scene in its present state.
    func meshes(of world: World) -> SceneMeshes {
        let current: SceneMeshes
        if let meshes, meshes.scene === world.scene {
            current = meshes
        } else {
            current = SceneMeshes(world.scene, looks)
            meshes = current
        }
        current.update(world)
        return current
    }

    /// Draws a world as its agent sees it.
    ///
    /// - Parameter colors: False leaves the colours as they were and writes instance ids only.
    package func render(_ world: World, colors: Bool = true) {
        let start = clock?() ?? 0
        let meshes = meshes(of: world)
        objectCount = meshes.count
        isDepthCurrent = false
        var view = Camera(world, width: width, height: height).view
        geometry.begin(meshes.size)
        let visible = geometry.visible
        let found = cr_cull(
            &view, meshes.x.start, meshes.y.start, meshes.z.start, meshes.radius.start, UInt32(meshes.count), visible,
            geometry.depth)
        let culled = clock?() ?? 0
        let objects = UnsafePointer(meshes.objects.start)
        for index in meshes.inHand { cr_project(&view, objects, index, &geometry.frame) }
        for position in 0..<Int(found) { cr_project(&view, objects, visible[position], &geometry.frame) }
        cr_project(&view, objects, UInt32(meshes.count), &geometry.frame)
        let projected = clock?() ?? 0
        cr_clear(&pixels.target, 0, 0, Int32(width), Int32(height))
        cr_draw(&view, &geometry.frame, 0, geometry.frame.polygonCount, 0, &pixels.target)
        let drawn = clock?() ?? 0
        counts.reserve(meshes.count + 1)
        counts.start.update(repeating: 0, count: meshes.count + 1)
        if colors { cr_occlude(&view, &pixels.target, pixels.light.start) }
        let occluded = clock?() ?? 0
        if colors {
            cr_shade(
                &view, objects, &geometry.frame, &pixels.target, Textures.start, pixels.light.start, row.start,
                rgb.start,
                instances.start, counts.start)
        } else {
            cr_identify(&geometry.frame, &pixels.target, instances.start, counts.start)
        }
        if let clock {
            stages.cull += culled - start
            stages.project += projected - culled
            stages.draw += drawn - projected
            stages.occlude += occluded - drawn
            stages.shade += clock() - occluded
        }
    }

    /// Polygons of the last picture and their points.
    var drawn: (polygons: Int, points: Int) { (Int(geometry.frame.polygonCount), Int(geometry.frame.pointCount)) }

    /// Whether the last picture and the last look wrote only to memory reserved for them.
    var isWithinCapacity: Bool { geometry.isWithinCapacity && sight.isWithinCapacity }

    /// Bytes held by the renderer and its meshes. The textures, 1.3 MB, are shared by all.
    package var byteCount: Int {
        geometry.byteCount + pixels.byteCount + row.byteCount + rgb.byteCount + instances.byteCount + counts.byteCount
            + (depth?.byteCount ?? 0) + (meshes?.byteCount ?? 0) + sight.byteCount
    }
}

// MARK: - The last picture

extension Renderer {
    /// Red, green and blue of each pixel, row by row from the top left.
    func withRGB<Result, Failure>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: rgb.start, count: width * height * 3))
    }

    /// Object index + 1 of each pixel, 0 for the room.
    package func withInstances<Result, Failure>(
        _ body: (UnsafeBufferPointer<UInt16>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: instances.start, count: width * height))
    }

    /// Metres along the view axis, +infinity where nothing is. Computed when asked for. What is in the hand is as far
    /// away as it would be in the room.
    func withDepth<Result, Failure>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let memory = depth ?? KernelMemory<Float>(width * height)
        depth = memory
        if !isDepthCurrent {
            cr_depth(&geometry.frame, &pixels.target, memory.start)
            isDepthCurrent = true
        }
        return try body(UnsafeBufferPointer(start: memory.start, count: width * height))
    }

    /// A copy of ``withRGB(_:)``'s bytes.
    package var rgbPixels: [UInt8] { withRGB { Array($0) } }
    /// A copy of ``withInstances(_:)``'s ids.
    package var instanceIDs: [UInt16] { withInstances { Array($0) } }
    /// A copy of ``withDepth(_:)``'s metres.
    var depthMetres: [Float] { withDepth { Array($0) } }

    /// Pixels of an object in the last picture.
    package func visiblePixels(of object: Int) -> Int {
        object < objectCount ? Int(counts.start[object + 1]) : 0
    }

    /// Pixels of every object in the last picture.
    package var visibleCounts: [Int] { (0..<objectCount).map(visiblePixels) }
}

// MARK: - Sight

extension Renderer {
    /// Whether the object has at least so many pixels in the instance picture of 300 x 300, whatever this renderer's
    /// size is. Draws only what can matter; the last picture stays.
    package func sees(_ object: Int, in world: World, atLeast pixels: Int = 1) -> Bool {
        sight.sees(object, meshes(of: world), Camera(world), atLeast: pixels)
    }
}
