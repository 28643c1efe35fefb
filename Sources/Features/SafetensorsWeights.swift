internal import ALFRED
internal import Ground
internal import Exchange

/// Float32 weights of a safetensors file, and the hash that tells them from others.
struct SafetensorsWeights {
    private let file: SafetensorsFile

    var path: String { file.path }

    init(_ path: String) throws(EncodingError) {
        do {
            file = try SafetensorsFile(path)
        } catch {
            throw EncodingError(error.code == .unreadable ? .missing : .badInput, "\(error)")
        }
    }

    /// The shape and values of a tensor, or nil when there is none of this name.
    func tensor(_ name: String) throws(EncodingError) -> (shape: [Int], values: [Float])? {
        guard let tensor = file[name] else { return nil }
        guard tensor.element == .float32 else {
            throw EncodingError(
                .badInput, "\(path): tensor \(name) has type \(tensor.element.rawValue); expected F32")
        }
        do {
            return (tensor.shape, try file.floats(name))
        } catch {
            throw EncodingError(.badInput, "\(error)")
        }
    }

    /// SHA-256 of the file, as hexadecimal digits.
    ///
    /// - Throws: ``EncodingError`` when it cannot be read again.
    func sha256() throws(EncodingError) -> String {
        do {
            let mapped = try MappedFile(path)
            return withExtendedLifetime(mapped) {
                var hash = SHA256()
                hash.update(bufferPointer: mapped.bytes)
                return hash.finalize().hex
            }
        } catch {
            throw EncodingError(.missing, "\(error)")
        }
    }
}
