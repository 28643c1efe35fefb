public import Household

/// How well recorded masks fit the simulator's pictures.
public struct MaskFidelity: Sendable, Equatable {
    public init() {}
    public mutating func add(_ low: LowAction, _ world: World, _ renderer: Renderer) {}
    public mutating func merge(_ other: MaskFidelity) {}
    public var report: String { "" }
}
