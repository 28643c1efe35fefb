#if canImport(CryptoKit)
internal import CryptoKit
#else
internal import COpenSSL
#endif

/// SHA-256 (FIPS 180-4) of bytes given piece by piece: CryptoKit's on Apple's systems, OpenSSL's elsewhere.
package struct SHA256: Sendable {
    private var state = State()

    package init() {}

    /// The 32 bytes of a digest over `bytes`.
    package static func hash(data bytes: some Collection<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: bytes)
        return hash.finalize()
    }

    package mutating func update(data bytes: some Collection<UInt8>) {
        let isContiguous: Void? = bytes.withContiguousStorageIfAvailable {
            update(bufferPointer: UnsafeRawBufferPointer($0))
        }
        if isContiguous == nil { Array(bytes).withUnsafeBytes { update(bufferPointer: $0) } }
    }

    package mutating func update(bufferPointer bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        if !isKnownUniquelyReferenced(&state) { state = State(copying: state) }
        state.update(bytes)
    }

    /// The 32 bytes of the digest of what was given so far; more may follow.
    package func finalize() -> [UInt8] { State(copying: state).finalize() }
}

extension SHA256 {
    #if canImport(CryptoKit)
    private final class State: @unchecked Sendable {
        private var hash: CryptoKit.SHA256

        init() { hash = CryptoKit.SHA256() }

        init(copying other: State) { hash = other.hash }

        func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

        func finalize() -> [UInt8] { Array(hash.finalize()) }
    }
    #else
    /// Shared by copies of the hash until one of them is given more.
    private final class State: @unchecked Sendable {
        private let context: OpaquePointer

        init() {
            context = Self.made()
            Self.check(EVP_DigestInit_ex(context, EVP_sha256(), nil))
        }

        init(copying other: State) {
            context = Self.made()
            Self.check(EVP_MD_CTX_copy_ex(context, other.context))
        }

        deinit { EVP_MD_CTX_free(context) }

        func update(_ bytes: UnsafeRawBufferPointer) {
            Self.check(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
        }

        func finalize() -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
                Self.check(EVP_DigestFinal_ex(context, buffer.baseAddress, nil))
                count = 32
            }
        }

        private static func made() -> OpaquePointer {
            guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a hash") }
            return context
        }

        /// libcrypto fails here only where memory is out or its build has no SHA-256.
        private static func check(_ status: Int32) { precondition(status == 1, "libcrypto has no SHA-256") }
    }
    #endif
}
