package import Ground

extension SplitMix64 {
    /// One of a list that is not empty.
    package mutating func element<T>(_ list: [T]) -> T { list[below(list.count)] }
}
