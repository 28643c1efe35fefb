import TestSupport
import Testing

@testable import ALFRED

@Suite struct NPYArrayTests {
    private func read(_ bytes: [UInt8]) throws -> NPYArray {
        try bytes.withUnsafeBytes { try NPYArray($0) }
    }

    private func file(_ header: String, version: UInt8 = 1, data: [UInt8] = []) -> [UInt8] {
        let length = header.utf8.count
        let size: [UInt8] =
            version == 1 ? [UInt8(length & 255), UInt8(length >> 8)] : [UInt8(length & 255), UInt8(length >> 8), 0, 0]
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(header.utf8) + data
    }

    @Test func writingAndReadingGivesTheSame() throws {
        for shape in [[0, 2], [1], [3, 2], [2, 3, 4], []] {
            let count = shape.reduce(1, *)
            let array = NPYArray(shape: shape, values: (0..<count).map { Double($0) * 0.25 - 3 })
            let bytes = array.npy()
            #expect((bytes.count - count * 8) % 64 == 0)
            #expect(try read(bytes) == array)
        }
    }

    /// python3 -c 'import numpy, io; f = io.BytesIO(); numpy.save(f, numpy.asfortranarray([[1, 2, 3], [4, 5, 6]],
    /// "<f4")) print(f.getvalue())'
    @Test func fortranOrderAndOtherTypes() throws {
        let values: [Float] = [1, 4, 2, 5, 3, 6]
        let data = values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
        let fortran = try read(file("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", data: data))
        #expect(fortran == NPYArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]))
        let integers = try read(
            file(
                "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }", version: 2,
                data: [255, 255, 255, 255, 7, 0, 0, 0]))
        #expect(integers == NPYArray(shape: [2], values: [-1, 7]))
    }

    @Test(arguments: [
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (9, 2), }",
            "the header promises 18 elements of 8 bytes, the file has 16 bytes of data"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
            "the shape [4611686018427387904, 4] overflows"
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,), }",
            "the header promises 2305843009213693952 elements of 8 bytes, the file has 16 bytes of data"
        ),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), }", "the shape has the dimension '-2'"),
        (
            "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
            "elements of type '|O' are not read; expected '<f8'"
        ),
        ("{'descr': '<f8', 'fortran_order': maybe, 'shape': (2,), }", "fortran_order is neither True nor False"),
        ("{'shape': (2,)}", "the .npy header has no descr, fortran_order and shape"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,2), }", "10 dimensions are too many"),
    ])
    func aLyingHeaderIsReported(_ header: String, _ message: String) {
        let error = #expect(throws: ALFREDError.self) {
            try read(file(header, data: [UInt8](repeating: 0, count: 16)))
        }
        #expect(error?.message == message)
    }

    @Test func whatIsNoArrayIsReported() {
        #expect(throws: ALFREDError(.malformed, "is not a .npy file", location: "byte 0")) { try read([]) }
        #expect(throws: ALFREDError(.malformed, ".npy version 9 is not known", location: "byte 6")) {
            try read(file("{}", version: 9))
        }
        #expect(throws: ALFREDError(.malformed, "the .npy header claims 65535 bytes", location: "byte 8")) {
            try read([0x93] + Array("NUMPY".utf8) + [1, 0, 255, 255, 0])
        }
    }

    @Test func everyTruncationIsReported() throws {
        let bytes = NPYArray(shape: [3, 2], values: [1, 2, 3, 4, 5, 6]).npy()
        for end in bytes.indices {
            #expect(throws: ALFREDError.self) { try read(Array(bytes[..<end])) }
        }
    }
}

@Suite struct LayoutTests {
    @Test func writingAndReadingGivesTheSame() throws {
        let folder = try TemporaryFolder()
        let layout = FloorPlanLayout(
            reachable: [SIMD2(-1.25, 0.5), SIMD2(0, 0.75)],
            interactionPoses: [
                "Fridge|-00.32|00.00|+03.60": .init(x: -0.5, z: 2.75, rotation: 0, horizon: 30),
                "Cabinet|+00.68|+02.02|-02.46": .init(x: 0.5, z: -1.75, rotation: 180, horizon: -30),
            ], objectClasses: ["Fridge", "Cabinet"])
        for file in layout.files(sceneNumber: 1001) { try folder.write(file.bytes, to: file.name) }
        #expect(try FloorPlanLayout(folder: folder.path, sceneNumber: 1001) == layout)
    }

    @Test func damagedFilesAreNamed() throws {
        let folder = try TemporaryFolder()
        for file in FloorPlanLayout(reachable: []).files(sceneNumber: 7) { try folder.write(file.bytes, to: file.name) }
        try folder.write(#"{"Fridge|1|2|3": [0, 1, 2]}"#, to: "FloorPlan7-openable.json")
        let error = #expect(throws: ALFREDError.self) { try FloorPlanLayout(folder: folder.path, sceneNumber: 7) }
        #expect(
            error?.description
                == "\(folder.path)/FloorPlan7-openable.json: Fridge|1|2|3: expected [x, z, rotation, horizon], "
                + "found 3 numbers"
        )
        try folder.write(NPYArray(shape: [4], values: [1, 2, 3, 4]).npy(), to: "FloorPlan7-layout.npy")
        let shape = #expect(throws: ALFREDError.self) { try FloorPlanLayout(folder: folder.path, sceneNumber: 7) }
        #expect(
            shape?.message == "expected shape (n, 2), found [4]" || shape?.message.contains("expected [x, z") == true)
    }
}
