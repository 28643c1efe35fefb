internal import Ground

/// The bytes of TensorBoard's event files: protocol buffers (`Event` of tensorflow/core/util/event.proto) in TFRecord
/// frames.
enum EventRecord {
    /// What the first record of a file says.
    static let fileVersion = "brain.Event:2"

    enum Content {
        case fileVersion
        case scalars([(tag: String, value: Float)])
        /// A run begins or goes on: readers drop what earlier files hold of the record's step and later ones.
        case start
    }

    /// Field numbers of the messages; the number is the same in every version of the format.
    private enum Field {
        static let wallTime = 1
        static let step = 2
        static let fileVersion = 3
        static let summary = 5
        static let sessionLog = 7
        static let summaryValue = 1
        static let valueTag = 1
        static let valueSimple = 2
        static let sessionStatus = 1
    }

    /// `SessionLog.START`.
    private static let sessionStart = 1

    /// - Parameter wallTime: Seconds since 1970.
    static func event(_ content: Content, step: Int, wallTime: Double) -> [UInt8] {
        var event = ProtocolBuffer()
        event.add(Field.wallTime, wallTime)
        event.add(Field.step, step)
        switch content {
        case .fileVersion: event.add(Field.fileVersion, Array(fileVersion.utf8))
        case .scalars(let scalars):
            var summary = ProtocolBuffer()
            for scalar in scalars {
                var value = ProtocolBuffer()
                value.add(Field.valueTag, Array(scalar.tag.utf8))
                value.add(Field.valueSimple, scalar.value)
                summary.add(Field.summaryValue, value.bytes)
            }
            event.add(Field.summary, summary.bytes)
        case .start:
            var log = ProtocolBuffer()
            log.add(Field.sessionStatus, sessionStart)
            event.add(Field.sessionLog, log.bytes)
        }
        return event.bytes
    }

    /// A TFRecord: the length and its checksum, the data and their checksum.
    static func frame(_ data: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        frame.append(littleEndian: UInt64(data.count))
        frame.append(littleEndian: maskedChecksum(frame))
        frame += data
        frame.append(littleEndian: maskedChecksum(data))
        return frame
    }

    /// The CRC32C, turned and shifted: a checksum of data that hold checksums is weak otherwise.
    static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
        let checksum = bytes.withUnsafeBytes { CRC32.castagnoli.checksum($0) }
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
}

/// A protocol buffer under construction.
private struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    private mutating func add(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func add(key field: Int, type: Int) { add(varint: UInt64(field << 3 | type)) }

    mutating func add(_ field: Int, _ value: Int) {
        add(key: field, type: 0)
        add(varint: UInt64(bitPattern: Int64(value)))
    }

    mutating func add(_ field: Int, _ value: Double) {
        add(key: field, type: 1)
        bytes.append(littleEndian: value.bitPattern)
    }

    mutating func add(_ field: Int, _ value: Float) {
        add(key: field, type: 5)
        bytes.append(littleEndian: value.bitPattern)
    }

    mutating func add(_ field: Int, _ value: [UInt8]) {
        add(key: field, type: 2)
        add(varint: UInt64(value.count))
        bytes += value
    }
}
