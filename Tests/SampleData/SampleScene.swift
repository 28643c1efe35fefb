internal import ALFRED
internal import Household
internal import Foundation
internal import Images

/// A toy room: boxes on a floor, seen through ALFRED's camera. It exists so that the formats can be shown and tested
/// with pictures whose masks are exact; it has no physics.
struct SampleScene {
    struct Box {
        /// The object's id, whose class gives the colour.
        var id: String
        /// Metres; the middle of the base.
        var x, y, z: Double
        var width, height, depth: Double
    }

    /// 60 degrees of view over 300 pixels.
    static let focalLength = 259.81
    static let side = Mask.frameSide
    /// The eye above the floor.
    static let eyeHeight = 1.576
    private static let near = 0.05

    var boxes: [Box]
    /// Carried objects are drawn in front of the camera and never masked.
    var held: String?

    struct View {
        var image: RGBImage
        /// For every pixel the index into the boxes, or -1.
        var owners: [Int]

        func mask(of index: Int) -> Mask { Mask(bitmap: owners.map { $0 == index }) }
    }

    /// What the agent sees from `pose`.
    func view(from pose: AgentPose) -> View {
        let side = Self.side
        var pixels = [UInt8](repeating: 0, count: side * side * 3)
        var owners = [Int](repeating: -1, count: side * side)
        let tilt = Double(pose.horizon) * .pi / 180
        for row in 0..<side {
            // Below the horizon line the floor, above it the wall.
            let angle = tilt + atan((Double(row) + 0.5 - 150) / Self.focalLength)
            let shade = angle > 0 ? 150 - 60 * min(angle, 1) : 205 + 20 * max(angle, -1)
            let colour = angle > 0.02 ? [shade, shade * 0.86, shade * 0.68] : [shade, shade, shade * 0.95]
            for column in 0..<side {
                for channel in 0..<3 { pixels[(row * side + column) * 3 + channel] = UInt8(colour[channel]) }
            }
        }
        let order = boxes.indices.sorted { distance(boxes[$0], pose) > distance(boxes[$1], pose) }
        for index in order {
            for face in faces(of: boxes[index], seenFrom: pose) {
                let corners = face.corners.compactMap { project($0, from: pose) }
                guard corners.count == 4 else { continue }
                fill(corners, colour: Self.colour(boxes[index].id, face.shade), owner: index, &pixels, &owners)
            }
        }
        if let held {
            let corners = [SIMD2(118.0, 232), SIMD2(182, 232), SIMD2(182, 296), SIMD2(118, 296)]
            fill(corners, colour: Self.colour(held, 1), owner: -1, &pixels, &owners)
        }
        return View(image: RGBImage(width: side, height: side, pixels: pixels), owners: owners)
    }

    private func distance(_ box: Box, _ pose: AgentPose) -> Double {
        let (dx, dz) = (box.x - Double(pose.x) / 4, box.z - Double(pose.z) / 4)
        // What stands on something is drawn after it.
        return dx * dx + dz * dz - box.y * 0.5
    }

    private typealias Face = (corners: [SIMD3<Double>], shade: Double)

    /// The sides that look towards the agent; the eye is above every box.
    private func faces(of box: Box, seenFrom pose: AgentPose) -> [Face] {
        let (x0, x1) = (box.x - box.width / 2, box.x + box.width / 2)
        let (z0, z1) = (box.z - box.depth / 2, box.z + box.depth / 2)
        let (y0, y1) = (box.y, box.y + box.height)
        let (eyeX, eyeZ) = (Double(pose.x) / 4, Double(pose.z) / 4)
        func side(_ a: (Double, Double), _ b: (Double, Double)) -> [SIMD3<Double>] {
            [SIMD3(a.0, y0, a.1), SIMD3(b.0, y0, b.1), SIMD3(b.0, y1, b.1), SIMD3(a.0, y1, a.1)]
        }
        var faces: [Face] = [([SIMD3(x0, y1, z0), SIMD3(x1, y1, z0), SIMD3(x1, y1, z1), SIMD3(x0, y1, z1)], 1)]
        if eyeZ > z1 { faces.append((side((x0, z1), (x1, z1)), 0.7)) }
        if eyeZ < z0 { faces.append((side((x0, z0), (x1, z0)), 0.8)) }
        if eyeX < x0 { faces.append((side((x0, z0), (x0, z1)), 0.65)) }
        if eyeX > x1 { faces.append((side((x1, z0), (x1, z1)), 0.9)) }
        return faces
    }

    private func project(_ point: SIMD3<Double>, from pose: AgentPose) -> SIMD2<Double>? {
        let (dx, dz) = (point.x - Double(pose.x) / 4, point.z - Double(pose.z) / 4)
        let (right, ahead) = [(dx, dz), (-dz, dx), (-dx, -dz), (dz, -dx)][pose.heading]
        let down = Self.eyeHeight - point.y
        let tilt = Double(pose.horizon) * .pi / 180
        let forward = ahead * cos(tilt) + down * sin(tilt)
        guard forward > Self.near else { return nil }
        let below = down * cos(tilt) - ahead * sin(tilt)
        return SIMD2(150 + Self.focalLength * right / forward, 150 + Self.focalLength * below / forward)
    }

    /// Fills a convex quadrilateral row by row.
    private func fill(
        _ corners: [SIMD2<Double>], colour: [UInt8], owner: Int, _ pixels: inout [UInt8], _ owners: inout [Int]
    ) {
        let rows = corners.map(\.y)
        let top = max(0, Int(max(rows.min()!, 0).rounded(.up)))
        let bottom = min(Self.side - 1, Int(min(rows.max()!, 1e6).rounded(.down)))
        guard top <= bottom else { return }
        for row in top...bottom {
            var (left, right) = (Double.infinity, -Double.infinity)
            for (index, a) in corners.enumerated() {
                let b = corners[(index + 1) % corners.count]
                guard min(a.y, b.y) <= Double(row), max(a.y, b.y) >= Double(row), a.y != b.y else { continue }
                let x = a.x + (b.x - a.x) * (Double(row) - a.y) / (b.y - a.y)
                left = min(left, x)
                right = max(right, x)
            }
            let from = Int(max(left, 0).rounded(.up))
            let to = Int(min(right, Double(Self.side - 1)).rounded(.down))
            guard left.isFinite, from <= to else { continue }
            for column in from...to {
                let at = row * Self.side + column
                owners[at] = owner
                for channel in 0..<3 { pixels[at * 3 + channel] = colour[channel] }
            }
        }
    }

    /// A colour by class, so that a person and a network can tell objects apart.
    private static func colour(_ id: String, _ shade: Double) -> [UInt8] {
        var hash: UInt32 = 2_166_136_261
        for byte in ObjectID(id).baseType.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return [0, 8, 16].map { UInt8(Double(60 + (hash >> $0) % 180) * shade) }
    }
}
