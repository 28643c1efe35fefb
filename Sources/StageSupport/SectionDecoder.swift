/// Decodes a section: what is not given is taken from a value with the defaults, whose fields are also the known keys.
struct SectionDecoder: Decoder {
    /// The values at hand by key.
    private let given: [String: Given]
    /// The defaults by key.
    private let standards: [String: Any]
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// - Throws: ``StageError`` for a key that is no field of the section.
    static func section<T: ConfigurationSection>(_ type: T.Type, _ given: Given, standard: T) throws -> T {
        guard !given.isNothing else { return standard }
        let fields = Mirror(reflecting: standard).children.compactMap { field in
            field.label.map { (key: key($0), value: field.value) }
        }
        let decoder = SectionDecoder(
            given: try given.members(known: fields.map(\.key)).filter { !$0.value.isNothing },
            standards: Dictionary(uniqueKeysWithValues: fields.map { ($0.key, $0.value) }))
        var section = try T(from: decoder)
        do {
            try section.complete()
        } catch {
            throw given.problem(error.key, error.message)
        }
        return section
    }

    /// A value of any type that a field has.
    static func value<T: Decodable>(_ type: T.Type, _ given: Given, standard: T?) throws -> T {
        if let section = type as? any ConfigurationSection.Type, let value = try open(section, given, standard) as? T {
            return value
        }
        if let choice = type as? any Choice.Type, let value = try choice.read(given) as? T { return value }
        if let setting = type as? any Setting.Type, let value = try open(setting, given, standard) as? T {
            return value
        }
        throw given.isNot("a value that this key can have")
    }

    private static func open<S: ConfigurationSection>(
        _ type: S.Type, _ given: Given, _ standard: Any?
    ) throws -> S { try section(type, given, standard: standard as? S ?? S()) }

    private static func open<S: Setting>(_ type: S.Type, _ given: Given, _ standard: Any?) throws -> S {
        try S.read(given, standard: standard as? S)
    }

    /// A field's name in snake_case, as in `base_url` for `baseURL`; a property wrapper's underscore goes.
    static func key(_ field: String) -> String {
        var key = ""
        for character in field where !(key.isEmpty && character == "_") {
            if character.isUppercase, key.last?.isLowercase == true || key.last?.isNumber == true { key.append("_") }
            key.append(character)
        }
        return key.lowercased()
    }

    private func value<T: Decodable>(_ type: T.Type, _ field: any CodingKey) throws -> T {
        let key = Self.key(field.stringValue)
        let standard = standards[key] as? T
        if let given = given[key] { return try Self.value(type, given, standard: standard) }
        guard let standard else {
            throw DecodingError.keyNotFound(field, .init(codingPath: [], debugDescription: "has no default"))
        }
        return standard
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Fields(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unsupported }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw unsupported }

    private var unsupported: DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "a section has named fields only"))
    }

    private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: SectionDecoder
        let codingPath: [any CodingKey] = []
        var allKeys: [Key] { [] }

        /// Also an optional field's default counts as a value.
        func contains(_ key: Key) -> Bool {
            let name = SectionDecoder.key(key.stringValue)
            guard decoder.given[name] == nil, let standard = decoder.standards[name] else { return true }
            return Mirror(reflecting: standard).displayStyle != .optional
                || Mirror(reflecting: standard).children.count == 1
        }

        func decodeNil(forKey key: Key) throws -> Bool { false }
        func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try decoder.value(type, key) }
        func decode(_ type: String.Type, forKey key: Key) throws -> String { try decoder.value(type, key) }
        func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try decoder.value(type, key) }
        func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try decoder.value(type, key) }
        func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decoder.value(type, key) }
        func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try decoder.value(type, key) }
        func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try decoder.value(type, key) }
        func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try decoder.value(type, key) }
        func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try decoder.value(type, key) }
        func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try decoder.value(type, key) }
        func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try decoder.value(type, key) }
        func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try decoder.value(type, key) }
        func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try decoder.value(type, key) }
        func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try decoder.value(type, key) }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder.value(type, key) }

        func nestedContainer<Other: CodingKey>(
            keyedBy type: Other.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Other> { throw decoder.unsupported }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw decoder.unsupported
        }
        func superDecoder() throws -> any Decoder { throw decoder.unsupported }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw decoder.unsupported }
    }
}
