// The entry point libFuzzer calls; compiled together with the sources of the ALFRED library (Tests/Fuzz/fuzz.sh).
// The environment variable RGVLM_FUZZ names the reader: json, splits, layout, pt, npy or mask.

import Episodes
import Ground
import JSON

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@testable import ALFRED
@testable import Household
@testable import Rooms

private let reader = getenv("RGVLM_FUZZ").map { String(cString: $0) } ?? "json"
nonisolated(unsafe) private let parser = try? JSONReader()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    switch reader {
    case "json": fuzzTrajectory(bytes)
    case "splits": if let parser { _ = try? Splits(FileBytes(bytes), reader: parser) }
    case "layout":
        _ = try? parser?.withRoot(of: FileBytes(bytes)) { root throws(ALFREDError) in
            try FloorPlanLayout.interactionPoses(root)
        }
    case "pt":
        if let tensor = try? TensorLocation(bytes) {
            // What is accepted lies inside the file.
            let size = tensor.shape.reduce(4, *)
            precondition(tensor.byteOffset >= 0 && tensor.byteOffset + size <= count)
        }
    case "npy":
        if let array = try? NPYArray(bytes) { precondition(array.values.count == array.shape.reduce(1, *)) }
    case "mask": fuzzMask(bytes)
    default: fatalError("RGVLM_FUZZ=\(reader)")
    }
    return 0
}

/// Whatever is accepted and valid can be written, and reads back as the same.
private func fuzzTrajectory(_ bytes: UnsafeRawBufferPointer) {
    guard let parser else { return }
    let file = FileBytes(bytes)
    let isAccepted = (try? parser.withRoot(of: file) { _ in true }) ?? false
    if isAccepted { precondition(JSONReader.firstProblem(in: file.bytes) == nil) }
    guard let trajectory = try? Trajectory(file, reader: parser), let written = try? trajectory.json() else { return }
    let again = try? Trajectory(FileBytes(written), reader: parser)
    precondition(again == trajectory)
    let frames = ObservationFrames(trajectory)
    _ = try? frames.featureRows(rowCount: count(bytes), imageCount: trajectory.images?.count ?? 0)
    if var pose = AgentPose(trajectory.scene.initialAction) {
        for low in trajectory.plan?.lowActions ?? [] { pose = pose.after(low.action) }
    }
    for step in trajectory.plan?.highLevel ?? [] { _ = step.planner.location.flatMap(AgentPose.init(location:)) }
    for action in trajectory.plan?.lowActions ?? [] { _ = action.targetObjectID.map { ObjectID($0).typeName } }
}

private func count(_ bytes: UnsafeRawBufferPointer) -> Int { bytes.first.map(Int.init) ?? 0 }

/// Any runs, sensible or not: nothing overflows, and valid ones survive the codec.
private func fuzzMask(_ bytes: UnsafeRawBufferPointer) {
    var runs: [Mask.Run] = []
    for at in stride(from: 0, to: bytes.count - 7, by: 8) {
        runs.append(
            Mask.Run(
                start: bytes.loadUnaligned(fromByteOffset: at, as: Int32.self),
                length: bytes.loadUnaligned(fromByteOffset: at + 4, as: Int32.self)))
    }
    let mask = Mask(runs: runs)
    let bitmap = mask.bitmap()
    _ = (mask.area, mask.tightBox(), mask.intersectionOverUnion(mask))
    if mask.firstProblem() == nil {
        let again = Mask(bitmap: bitmap)
        precondition(again.area == mask.area && again.bitmap() == bitmap && again.tightBox() == mask.tightBox())
    }
}
