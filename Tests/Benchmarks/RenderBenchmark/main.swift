import Foundation
import Ground

@testable import Household

/// Frames a second of the renderer, where the time goes, and how that compares with moving the same bytes.
/// Processor time of this thread: what others do on the machine counts less.
func seconds() -> Double { now(CLOCK_THREAD_CPUTIME_ID) }

func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func format(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }

/// Poses anywhere on the grid, horizons 0-60.
func worlds(_ scene: HouseScene) -> [World] {
    var random = SplitMix64(seed: 5)
    let cells = scene.grid.cells
    return (0..<256).map { _ in
        let cell = cells[Int(random.next() % UInt64(cells.count))]
        return World(
            scene,
            agent: AgentPose(
                x: cell.x, z: cell.y, heading: Int(random.next() % 4), horizon: 15 * Int(random.next() % 5)))
    }
}

/// Bytes a second a core writes, the best of several rounds, with memset and with memcpy, to memory that leaves the
/// caches.
func bandwidth() -> (fill: Double, copy: Double) {
    let size = 256 << 20
    var (a, b) = ([UInt8](repeating: 1, count: size), [UInt8](repeating: 2, count: size))
    var (fill, copy) = (0.0, 0.0)
    var sum = 0
    for round in 0..<5 {
        let start = seconds()
        a.withUnsafeMutableBytes { _ = memset($0.baseAddress!, Int32(round), size) }
        let middle = seconds()
        a.withUnsafeBytes { from in b.withUnsafeMutableBytes { _ = memcpy($0.baseAddress!, from.baseAddress!, size) } }
        copy = max(copy, Double(size) / (seconds() - middle))
        fill = max(fill, Double(size) / (middle - start))
        sum += Int(a[round * 1000]) + Int(b[round * 77])
    }
    precondition(sum == 20)
    return (fill, copy)
}

let scene = try BenchmarkScene.make()
let all = worlds(scene)
let faces = scene.objects.reduce(0) { $0 + BenchmarkScene.look($1, []).faces.count } + scene.room.mesh.faces.count
let rates = bandwidth()
print("scene: \(scene.objects.count) objects, \(faces) faces")
print("one core: memset \(format(rates.fill / 1e9)) GB/s, memcpy \(format(rates.copy / 1e9)) GB/s")

// The same on every machine.
let checked = Renderer(looks: BenchmarkScene.look)
var checksum: UInt64 = 0xCBF2_9CE4_8422_2325
for world in all.prefix(64) {
    checked.render(world)
    checked.withRGB { for byte in $0 { checksum = (checksum ^ UInt64(byte)) &* 0x100_0000_01B3 } }
    checked.withInstances { for id in $0 { checksum = (checksum ^ UInt64(id)) &* 0x100_0000_01B3 } }
}
print("checksum of 64 pictures: \(String(checksum, radix: 16))")

for size in [300, 84] {
    for colors in [true, false] {
        let renderer = Renderer(width: size, height: size, looks: BenchmarkScene.look)
        for world in all { renderer.render(world, colors: colors) }
        let frames = size == 300 ? 3_000 : 20_000
        var best = Double.infinity
        for _ in 0..<3 {
            let start = seconds()
            for frame in 0..<frames { renderer.render(all[frame % all.count], colors: colors) }
            best = min(best, (seconds() - start) / Double(frames))
        }
        renderer.clock = seconds
        renderer.stages = Renderer.Stages()
        for frame in 0..<frames { renderer.render(all[frame % all.count], colors: colors) }
        let stages = renderer.stages
        func micro(_ value: Double) -> String { format(value / Double(frames) * 1e6) }
        // Nearness and polygon numbers once and the pictures.
        let bytes = Double(size * size) * (8 + 2 + (colors ? 3 : 0))
        print(
            """
            \(size)x\(size) \(colors ? "RGB + ids" : "ids only"): \(Int(1 / best)) frames/s; us a frame: cull \
            \(micro(stages.cull)), project \(micro(stages.project)), draw \(micro(stages.draw)), occlusion \
            \(micro(stages.occlude)), shade \(micro(stages.shade)); \(Int(bytes)) bytes at \
            \(format(bytes / best / 1e9, 2)) GB/s = \(format(bytes / best / rates.fill * 100))% of memset; \
            \(format(Double(renderer.byteCount) / 1e6, 2)) MB
            """)
    }
}

let sight = Renderer(width: 84, height: 84, looks: BenchmarkScene.look)
for world in all { _ = sight.sees(0, in: world) }
let start = seconds()
var (seen, questions) = (0, 0)
for world in all {
    for object in scene.objects.indices {
        if sight.sees(object, in: world) { seen += 1 }
        questions += 1
    }
}
let each = (seconds() - start) / Double(questions)
print(
    "sight: \(format(each * 1e6, 2)) us a question, \(seen) of \(questions) seen; "
        + "\(format(Double(sight.byteCount) / 1e6, 2)) MB"
)

for size in [300, 84] {
    let frames = size == 300 ? 3_000 : 20_000
    let threads = 2
    let start = now(CLOCK_MONOTONIC)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
        let renderer = Renderer(width: size, height: size, looks: BenchmarkScene.look)
        for frame in 0..<frames { renderer.render(all[frame % all.count]) }
    }
    print(
        "\(size)x\(size) RGB + ids, \(threads) threads: "
            + "\(Int(Double(threads * frames) / (now(CLOCK_MONOTONIC) - start))) frames/s of wall time"
    )
}

var looked = Renderer(looks: BenchmarkScene.look)
let first = seconds()
for _ in 0..<50 {
    looked = Renderer(looks: BenchmarkScene.look)
    _ = looked.sees(0, in: all[0])
}
print("meshes of a new scene: \(format((seconds() - first) / 50 * 1e6)) us")
