internal import JSON

extension ChatDecoder {
    /// The number of messages.
    mutating func messages(into request: inout ChatRequest) throws(Problem) -> Int? {
        guard try isPresent(.array, "messages", "an array") else { return nil }
        try json { scanner throws(Failure) in try scanner.beginArray() }
        var isFirst = true
        var count = 0
        while try element(&isFirst) {
            try message(count, into: &request)
            count += 1
        }
        return count
    }

    private mutating func message(_ index: Int, into request: inout ChatRequest) throws(Problem) {
        let place = "messages[\(index)]"
        guard try isPresent(.object, place, "an object") else { throw wrongType(place, "an object") }
        try json { scanner throws(Failure) in try scanner.beginObject() }
        var role: String?
        var hasContent = false
        var texts: [String] = []
        var pictures: [ChatRequest.PictureType] = []
        var isFirst = true
        while let name = try field(&isFirst) {
            switch name {
            case "role": role = try text("\(place).role")
            case "content":
                (texts, pictures) = ([], [])
                hasContent = try content("\(place).content", &texts, &pictures)
            default: try skip()
            }
        }
        guard let role else { throw missing("\(place).role") }
        guard Self.roles.contains(role) else {
            throw invalid(
                "Invalid value for '\(place).role': supported values are \(Self.roles.joined(separator: ", ")).",
                "\(place).role", "invalid_value")
        }
        guard hasContent || role == "assistant" else { throw missing("\(place).content") }
        if role == "system" || role == "developer" {
            guard pictures.isEmpty else {
                throw invalid("A \(role) message cannot have pictures.", "\(place).content")
            }
            request.system += texts
        } else {
            request.texts += texts
            request.pictures += pictures
        }
    }

    private static let roles = ["system", "developer", "user", "assistant", "tool", "function"]

    /// Whether there was any.
    private mutating func content(
        _ place: String, _ texts: inout [String], _ pictures: inout [ChatRequest.PictureType]
    ) throws(Problem) -> Bool {
        switch try kind() {
        case .null:
            try skip()
            return false
        case .string: texts.append(try json { scanner throws(Failure) in try scanner.string() })
        case .array:
            try json { scanner throws(Failure) in try scanner.beginArray() }
            var isFirst = true
            var index = 0
            while try element(&isFirst) {
                try part("\(place)[\(index)]", &texts, &pictures)
                index += 1
            }
        default: throw wrongType(place, "a string or an array of parts")
        }
        return true
    }

    private mutating func part(
        _ place: String, _ texts: inout [String], _ pictures: inout [ChatRequest.PictureType]
    ) throws(Problem) {
        guard try kind() == .object else { throw wrongType(place, "an object") }
        try json { scanner throws(Failure) in try scanner.beginObject() }
        var (type, words): (String?, String?)
        var picture: ChatRequest.PictureType?
        var isFirst = true
        while let name = try field(&isFirst) {
            switch name {
            case "type": type = try text("\(place).type")
            case "text": words = try text("\(place).text")
            case "image_url": picture = try pictureSource("\(place).image_url")
            default: try skip()
            }
        }
        switch type {
        case "text":
            guard let words else { throw missing("\(place).text") }
            texts.append(words)
        case "image_url":
            guard let picture else { throw missing("\(place).image_url") }
            pictures.append(picture)
        case nil: throw missing("\(place).type")
        default:
            throw invalid(
                "Invalid value for '\(place).type': supported values are text and image_url.", "\(place).type",
                "invalid_value")
        }
    }

    private mutating func pictureSource(_ place: String) throws(Problem) -> ChatRequest.PictureType? {
        guard try isPresent(.object, place, "an object with a url") else { return nil }
        try json { scanner throws(Failure) in try scanner.beginObject() }
        var picture: ChatRequest.PictureType?
        var isFirst = true
        while let name = try field(&isFirst) {
            guard name == "url" else {
                try skip()
                continue
            }
            guard try isPresent(.string, "\(place).url", "a string") else { continue }
            let url = try json { scanner throws(Failure) in try scanner.uncheckedString() }
            guard let type = ChatRequest.PictureType(dataURL: url) else {
                throw invalid(
                    "'\(place).url' must be a data: URL of a picture in base64 (jpeg, png, webp or gif); nothing is "
                        + "fetched.",
                    "\(place).url", "invalid_image_url")
            }
            picture = type
        }
        return picture
    }
}

extension ChatRequest.PictureType {
    /// The kind of `data:image/jpeg;base64,...`, escaped for JSON or not; nil for any other URL or one without data.
    init?(dataURL url: UnsafeRawBufferPointer) {
        let head = url.prefix(40).filter { $0 != UInt8(ascii: "\\") }
        let types = Self.allCases.map { ($0.rawValue, $0) } + [("jpg", .jpeg)]
        for (name, type) in types {
            let start = "data:image/\(name);base64,".utf8
            if head.count > start.count, head.starts(with: start) {
                self = type
                return
            }
        }
        return nil
    }
}
