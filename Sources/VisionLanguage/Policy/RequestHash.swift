internal import Ground

/// Names a question by all that decides its answer: the key of the cache.
package struct RequestHash: Sendable, Hashable, CustomStringConvertible {
    /// SHA-256.
    package let bytes: [UInt8]

    /// Over model, texts, pictures, format, sampling and sample, not ``VLMRequest/reference``. Every field is preceded
    /// by its length, so that no two questions give the same bytes.
    ///
    /// - Parameter settings: Of the provider, ``ProviderOptions/answerSettings``.
    package init(_ request: VLMRequest, identity: ModelIdentity, settings: String = "") {
        var hash = SHA256()
        func add(_ bytes: [UInt8]) {
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: bytes)
        }
        func add(_ text: String) { add(Array(text.utf8)) }
        func add(_ number: Int?) { add(number.map { String($0) } ?? "none") }

        add("rgvlm request 1")
        for field in [identity.provider, identity.baseURL, identity.model, settings] { add(field) }
        add(request.system == nil ? 0 : 1)
        add(request.system ?? "")
        add(request.parts.count)
        for part in request.parts {
            switch part {
            case .text(let text):
                add("text")
                add(text)
            case .picture(let picture):
                add(picture.mediaType.rawValue)
                add(picture.sha256)
            }
        }
        switch request.format {
        case .text: add("text")
        case .json(let schema):
            add("json")
            add(schema.name)
            add(schema.json)
        }
        add(String(request.sampling.temperature.bitPattern, radix: 16))
        for number in [request.sampling.seed, request.sampling.maxTokens, request.sampling.topLogprobs, request.sample]
        {
            add(number)
        }
        bytes = Array(hash.finalize())
    }

    /// 64 hexadecimal digits.
    package var description: String { bytes.hex }
}
