// IQL updates a second: LearnBenchmark [--preset small|medium|sprint] [--threads N] [--seconds S | --steps N]
// [--windows FILE] [--bf16] [--profile]
//
// FILE is a JSON list of batches, each a list of [words, steps] of its windows; without it, 4 batches of 64 windows
// like the parity tests'. Frames are bytes in memory. Prints one line of JSON.
import Episodes
import Foundation
import Ground
import Networks
import OfflineRL
import Tensors

func value(_ name: String) -> String? {
    let arguments = CommandLine.arguments
    return arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
}

func hash(_ seed: Int, _ index: Int) -> UInt64 {
    SplitMix64.finalized(
        (UInt64(seed) &+ 1) &* SplitMix64.step &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
}

func uniform(_ seed: Int, _ index: Int) -> Double { Double(hash(seed, index) >> 40) / Double(1 << 24) }

// The products of `medium` by themselves, on one core: what oneDNN gives when nothing else happens.
if CommandLine.arguments.contains("--peak") {
    let rate = CPUBackend.productRate(rows: 96, columns: 384, depth: 384, seconds: 1)
    print("{\"gflops\": \(rate / 1e9)}")
    exit(0)
}

let preset = NetworkShape.Preset(rawValue: value("--preset") ?? "small") ?? .small
let threads = Int(value("--threads") ?? "2") ?? 2
let seconds = Double(value("--seconds") ?? "10") ?? 10
let steps = value("--steps").flatMap { Int($0) }
let isHalf = CommandLine.arguments.contains("--bf16")
let vocabulary = 120

var lengths: [[[Int]]] = (0..<4).map { batch in
    (0..<64).map { window in
        [1 + Int(uniform(2000 + batch, window) * 12), 1 + Int(uniform(3000 + batch, window) * 17)]
    }
}
if let file = value("--windows") {
    let data = try Data(contentsOf: URL(filePath: file))
    lengths = try JSONDecoder().decode([[[Int]]].self, from: data)
}

let frameCount = 2048
let frames = UnsafeMutableRawPointer.allocate(byteCount: frameCount * FeatureFormat.patches.byteCount, alignment: 64)
for word in 0..<frameCount * FeatureFormat.patches.byteCount / 8 {
    frames.storeBytes(of: hash(1, word), toByteOffset: 8 * word, as: UInt64.self)
}

let batches = lengths.enumerated().map { (number, windows) in
    var batch = WindowBatch(format: .patches)
    for (window, length) in windows.enumerated() {
        for word in 0..<length[0] {
            batch.words.append(Int32(1 + Int(uniform(4000 + number, 1000 * window + word) * Double(vocabulary - 1))))
        }
        batch.wordOffsets.append(Int32(batch.words.count))
        for step in 0..<length[1] {
            let index = 1000 * window + step
            let action = 1 + Int(uniform(5000 + number, index) * 12)
            batch.actions.append(Int32(action))
            batch.objects.append(
                [4, 5, 8, 9, 10, 11, 12].contains(action) ? Int32(1 + Int(uniform(6000 + number, index) * 82)) : 0)
            batch.rewards.append(Float(uniform(7000 + number, index)) - 0.25)
            batch.terminals.append(step == length[1] - 1 && window % 2 == 0 ? 1 : 0)
            batch.isScored.append(true)
        }
        batch.stepOffsets.append(Int32(batch.actions.count))
        for step in 0...length[1] {
            let frame = Int(hash(8000 + number, 1000 * window + step) % UInt64(frameCount))
            batch.frames.append(UnsafeRawPointer(frames + frame * FeatureFormat.patches.byteCount))
        }
    }
    return batch
}

let backend = CPUBackend(threadCount: threads, precision: isHalf ? .bfloat16 : .float32)
let shape = NetworkShape(preset, features: .patches, vocabularySize: vocabulary)
let learner = Learner(.iql, shape, seed: 0, backend: backend, usesHalves: isHalf)
let first = learner.update(batches[0])
for batch in batches + batches { _ = learner.update(batch) }
if CommandLine.arguments.contains("--profile") { backend.profile = Profile() }
/// Heap allocations so far, where count_allocations.c is preloaded.
func allocations(_ name: String) -> Int? {
    guard let found = dlsym(UnsafeMutableRawPointer(bitPattern: 0), name) else { return nil }
    return unsafeBitCast(found, to: (@convention(c) () -> Int).self)()
}

backend.productOperations = 0
let before = ["others": allocations("allocations_of_others"), "onednn": allocations("allocations_of_onednn")]
var count = 0
let clock = ContinuousClock()
let start = clock.now
var elapsed = 0.0
while steps.map({ count < $0 }) ?? (elapsed < seconds) {
    _ = learner.update(batches[count % batches.count])
    count += 1
    elapsed = Double((clock.now - start).components.seconds) + Double((clock.now - start).components.attoseconds) / 1e18
}
let after = ["others": allocations("allocations_of_others"), "onednn": allocations("allocations_of_onednn")]
let operations = backend.productOperations / Double(count)
var result: [String: Any] = [
    "preset": preset.rawValue, "threads": threads, "bf16": isHalf, "steps_per_second": Double(count) / elapsed,
    "seconds": elapsed, "gflop_per_step": operations / 1e9, "gflops": operations * Double(count) / elapsed / 1e9,
    "bytes": learner.byteCount,
    "losses": [first.critic?.q1 ?? 0, first.critic?.q2 ?? 0, first.critic?.v ?? 0, first.actionLoss, first.objectLoss],
]
for (name, value) in after {
    if let value, let first = before[name] ?? nil {
        result["allocations_" + name] = Double(value - first) / Double(count)
    }
}
print(String(decoding: try JSONSerialization.data(withJSONObject: result, options: [.sortedKeys]), as: UTF8.self))
if let profile = backend.profile {
    for (name, nanoseconds) in profile.entries.sorted(by: { $0.value > $1.value }) {
        print("  \(name): \(String(format: "%.2f", Double(nanoseconds) / 1e6 / Double(count))) ms")
    }
}
