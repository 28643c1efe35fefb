internal import CKernels
internal import COneDNN

/// Products in bfloat16: made once per shape.
final class HalfProducts {
}

extension CPUBackend {
    func linearHalves(
        _ x: Matrix, _ weight: UnsafePointer<UInt16>, _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix
    ) {
        preconditionFailure("not there yet")
    }

    func linearBackwardHalves(
        _ x: Matrix, _ weight: UnsafePointer<UInt16>, _ weightGradient: UnsafeMutablePointer<Float>?,
        _ bias: WeightPointer?, relu: Bool, _ dropout: Dropout, y: Matrix, dy: Matrix, dx: GradientSlot?
    ) {
        preconditionFailure("not there yet")
    }
}
