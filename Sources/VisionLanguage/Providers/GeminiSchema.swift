internal import JSON

/// JSON schema in the words of Gemini's `responseSchema` (a subset of OpenAPI 3.0).
enum GeminiSchema {
    /// Upper-case types, `nullable` in place of a null type, the order of properties. It has enums of strings only: one
    /// of integers becomes a range. Keywords it does not know are left out.
    static func convert(_ schema: JSONValue) -> JSONValue {
        guard let members = schema.members else { return schema }
        var result: [JSONValue.Member] = []
        for member in members {
            switch member.name {
            case "type": result += type(member.value)
            case "properties":
                let properties = member.value.members ?? []
                result.append(
                    .init("properties", .object(properties.map { .init($0.name, convert($0.value)) })))
                result.append(.init("propertyOrdering", .array(properties.map { .string($0.name) })))
            case "items": result.append(.init("items", convert(member.value)))
            case "anyOf": result.append(.init("anyOf", .array((member.value.array ?? []).map(convert))))
            case "enum":
                let values = member.value.array ?? []
                let numbers = values.compactMap(\.int)
                if values.allSatisfy({ $0.string != nil }) {
                    result.append(member)
                } else if numbers.count == values.count, let least = numbers.min(), let greatest = numbers.max() {
                    result += [.init("minimum", .int(least)), .init("maximum", .int(greatest))]
                }
            case "required", "description", "nullable", "minItems", "maxItems", "minimum", "maximum":
                result.append(member)
            default: break
            }
        }
        return .object(result)
    }

    private static func type(_ value: JSONValue) -> [JSONValue.Member] {
        let names = value.array?.compactMap(\.string) ?? [value.string].compactMap { $0 }
        var members = names.first { $0 != "null" }.map { [JSONValue.Member("type", .string($0.uppercased()))] } ?? []
        if names.contains("null"), !members.isEmpty { members.append(.init("nullable", true)) }
        return members
    }
}
