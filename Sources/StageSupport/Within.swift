/// A number with the range it may lie in, beside its default: `@Within(1...64) var window = 8`.
@propertyWrapper
package struct Within<Value: Sendable & Equatable & Decodable>: Sendable {
    /// The number.
    package var wrappedValue: Value
    private let bounds: Bounds

    private struct Bounds: Sendable {
        var lower: Double
        var upper = Double.infinity
        /// Whether `lower` itself is outside.
        var isOpen = false

        func contains(_ number: Double) -> Bool { number >= lower && number <= upper && !(isOpen && number == lower) }

        var expectation: String {
            func text(_ number: Double) -> String {
                Int(exactly: number).map { String($0) } ?? String(describing: number)
            }
            if isOpen { return "more than \(text(lower))" + (upper.isFinite ? ", at most \(text(upper))" : "") }
            return upper.isFinite ? "\(text(lower)) to \(text(upper))" : "\(text(lower)) or more"
        }
    }
}

extension Within where Value == Int {
    package init(wrappedValue: Int, _ range: ClosedRange<Int>) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: Double(range.lowerBound), upper: Double(range.upperBound))
    }

    package init(wrappedValue: Int, _ range: PartialRangeFrom<Int>) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: Double(range.lowerBound))
    }
}

extension Within where Value == Int? {
    package init(wrappedValue: Int? = nil, _ range: ClosedRange<Int>) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: Double(range.lowerBound), upper: Double(range.upperBound))
    }

    package init(wrappedValue: Int? = nil, _ range: PartialRangeFrom<Int>) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: Double(range.lowerBound))
    }
}

extension Within where Value == Double {
    package init(wrappedValue: Double, _ range: ClosedRange<Double>) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: range.lowerBound, upper: range.upperBound)
    }

    /// - Parameter above: The bound that the number has to exceed.
    package init(wrappedValue: Double, above: Double, upTo upper: Double) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: above, upper: upper, isOpen: true)
    }
}

extension Within where Value == Double? {
    package init(wrappedValue: Double? = nil, _ range: ClosedRange<Double>) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: range.lowerBound, upper: range.upperBound)
    }

    /// - Parameter above: The bound that the number has to exceed.
    package init(wrappedValue: Double? = nil, above: Double, upTo upper: Double) {
        self.wrappedValue = wrappedValue
        bounds = Bounds(lower: above, upper: upper, isOpen: true)
    }
}

extension Within: Equatable {
    package static func == (a: Self, b: Self) -> Bool { a.wrappedValue == b.wrappedValue }
}

extension Within: Decodable {
    /// Ranges stand at the fields, so that only ``SectionDecoder`` can make one.
    package init(from decoder: any Decoder) throws {
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "has no range"))
    }
}

extension Within: Setting {
    static func read(_ given: Given, standard: Self?) throws -> Self {
        guard var result = standard else { throw given.isNot("a number with a range") }
        guard !given.isNothing else { return result }
        let number: Double
        if Value.self == Int.self || Value.self == Int?.self {
            let whole = try Int.read(given, standard: nil)
            number = Double(whole)
            if let value = whole as? Value { result.wrappedValue = value }
        } else {
            number = try Double.read(given, standard: nil)
            if let value = number as? Value { result.wrappedValue = value }
        }
        guard result.bounds.contains(number) else {
            throw given.isUnfit(given.text ?? "\(number)", expected: result.bounds.expectation)
        }
        return result
    }
}
