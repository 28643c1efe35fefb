internal import ALFRED
internal import Household

/// One recorded picture as a pinhole camera: 300 x 300, 60 degrees.
///
/// `f = 259.81` px, centre (150, 150), eye 1.576 m above the floor: fitted to the release, median error 1.2 px on 2,983
/// small objects.
struct CameraView: Sendable, Equatable {
    static let focalLength: Float = 259.81
    static let side: Float = 300
    /// Nothing nearer than this is projected, in metres.
    static let near: Float = 0.05

    var eye: SIMD3<Float>
    /// Rows of the rotation from the room to the camera: right, up, ahead.
    var right, up, ahead: SIMD3<Float>

    init(_ pose: AgentPose, floorY: Float) {
        let (s, c) = ([0, 1, 0, -1] as [Float], [1, 0, -1, 0] as [Float])
        let (sr, cr) = (s[pose.heading & 3], c[pose.heading & 3])
        let (sh, ch) = sineAndCosine(degrees: Float(pose.horizon))
        eye = SIMD3(
            Float(pose.x) * AgentPose.cell, floorY + HouseScene.eyeAboveFloor,
            Float(pose.z) * AgentPose.cell)
        right = SIMD3(cr, 0, -sr)
        up = SIMD3(sh * sr, ch, sh * cr)
        ahead = SIMD3(ch * sr, -sh, ch * cr)
    }

    /// A point of the room in the camera's frame: right, up, depth.
    func camera(_ point: SIMD3<Float>) -> SIMD3<Float> { turned(point - eye) }

    /// A direction of the room in the camera's frame.
    func turned(_ d: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3((right * d).sum(), (up * d).sum(), (ahead * d).sum())
    }

    /// The pixel of a point in the camera's frame, not clipped to the picture.
    static func pixel(_ p: SIMD3<Float>) -> SIMD2<Float> {
        SIMD2(side / 2 + focalLength * p.x / p.z, side / 2 - focalLength * p.y / p.z)
    }

    /// The direction of the ray through the middle of a pixel, in the room; its component along the view is 1.
    func ray(column: Int, row: Int) -> SIMD3<Float> {
        let x = (Float(column) + 0.5 - Self.side / 2) / Self.focalLength
        let y = (Self.side / 2 - Float(row) - 0.5) / Self.focalLength
        return right * x + up * y + ahead
    }
}

/// A rectangle of the picture in pixels, edges not pixels: the whole picture is 0...300.
struct PictureRectangle: Sendable, Equatable {
    var minX, minY, maxX, maxY: Float

    init(minX: Float, minY: Float, maxX: Float, maxY: Float) {
        (self.minX, self.minY, self.maxX, self.maxY) = (minX, minY, maxX, maxY)
    }

    init(_ box: PixelBox) {
        self.init(
            minX: Float(box.xMin), minY: Float(box.yMin), maxX: Float(box.xMax + 1), maxY: Float(box.yMax + 1))
    }

    var area: Float { max(0, maxX - minX) * max(0, maxY - minY) }
}

/// Projects boxes of one frame (a piece of furniture's, a prefab's) into one picture.
struct BoxProjection: Sendable {
    /// The frame's axes and origin in the camera's frame.
    let axisX, axisY, axisZ, origin: SIMD3<Float>

    init(_ view: CameraView, frame: Frame3) {
        axisX = view.turned(frame.x)
        axisY = view.turned(frame.y)
        axisZ = view.turned(frame.z)
        origin = view.camera(frame.origin)
    }

    /// The rectangle around a box's picture, clipped to the picture; nil when nothing of it is in front of the camera.
    func rectangle(_ box: Bounds) -> PictureRectangle? {
        let x0 = axisX * box.min.x, x1 = axisX * box.max.x
        let y0 = origin + axisY * box.min.y, y1 = origin + axisY * box.max.y
        let z0 = axisZ * box.min.z, z1 = axisZ * box.max.z
        let corners = (
            x0 + y0 + z0, x1 + y0 + z0, x0 + y1 + z0, x1 + y1 + z0, x0 + y0 + z1, x1 + y0 + z1, x0 + y1 + z1,
            x1 + y1 + z1
        )
        var low = SIMD2<Float>(repeating: .infinity)
        var high = SIMD2<Float>(repeating: -.infinity)
        func add(_ p: SIMD3<Float>) {
            let inverse = CameraView.focalLength / p.z
            let pixel = SIMD2(150 + p.x * inverse, 150 - p.y * inverse)
            low = pointwiseMin(low, pixel)
            high = pointwiseMax(high, pixel)
        }
        let near = CameraView.near
        let depths = SIMD8(
            corners.0.z, corners.1.z, corners.2.z, corners.3.z, corners.4.z, corners.5.z, corners.6.z, corners.7.z)
        if depths.min() > near {
            add(corners.0)
            add(corners.1)
            add(corners.2)
            add(corners.3)
            add(corners.4)
            add(corners.5)
            add(corners.6)
            add(corners.7)
        } else {
            guard depths.max() > near else { return nil }
            let list = [
                corners.0, corners.1, corners.2, corners.3, corners.4, corners.5, corners.6, corners.7,
            ]
            for corner in list where corner.z > near { add(corner) }
            for a in 0..<8 {
                for bit in [1, 2, 4] where a & bit == 0 {
                    let (p, q) = (list[a], list[a | bit])
                    guard (p.z > near) != (q.z > near) else { continue }
                    add(p + (q - p) * ((near - p.z) / (q.z - p.z)))
                }
            }
        }
        low = low.clamped(lowerBound: .zero, upperBound: SIMD2(repeating: CameraView.side))
        high = high.clamped(lowerBound: .zero, upperBound: SIMD2(repeating: CameraView.side))
        guard low.x < high.x, low.y < high.y else { return nil }
        return PictureRectangle(minX: low.x, minY: low.y, maxX: high.x, maxY: high.y)
    }
}

/// A place and three axes in the room.
struct Frame3: Sendable, Equatable {
    var origin: SIMD3<Float>
    var x, y, z: SIMD3<Float>

    /// Upright, front towards `yaw` degrees.
    init(origin: SIMD3<Float>, yaw: Float) {
        let placement = Placement(position: origin, yaw: yaw)
        self.origin = origin
        x = placement.direction(SIMD3(1, 0, 0))
        y = SIMD3(0, 1, 0)
        z = placement.direction(SIMD3(0, 0, 1))
    }

    /// Unity's Euler angles in degrees: about z, then x, then y.
    init(origin: SIMD3<Float>, euler: SIMD3<Float>) {
        let (sx, cx) = sineAndCosine(degrees: euler.x)
        let (sy, cy) = sineAndCosine(degrees: euler.y)
        let (sz, cz) = sineAndCosine(degrees: euler.z)
        func rotated(_ v: SIMD3<Float>) -> SIMD3<Float> {
            let a = SIMD3(v.x * cz - v.y * sz, v.x * sz + v.y * cz, v.z)
            let b = SIMD3(a.x, a.y * cx - a.z * sx, a.y * sx + a.z * cx)
            return SIMD3(b.x * cy + b.z * sy, b.y, b.z * cy - b.x * sy)
        }
        self.origin = origin
        x = rotated(SIMD3(1, 0, 0))
        y = rotated(SIMD3(0, 1, 0))
        z = rotated(SIMD3(0, 0, 1))
    }

    /// The room's box around a box of this frame.
    func bounds(_ box: Bounds) -> Bounds {
        let centre = box.centre, half = box.size / 2
        let middle = origin + x * centre.x + y * centre.y + z * centre.z
        func absolute(_ v: SIMD3<Float>) -> SIMD3<Float> { SIMD3(abs(v.x), abs(v.y), abs(v.z)) }
        let extent = absolute(x) * half.x + absolute(y) * half.y + absolute(z) * half.z
        return Bounds(min: middle - extent, max: middle + extent)
    }
}
