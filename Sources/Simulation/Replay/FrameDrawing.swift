package import Household
package import Images

/// How frames are drawn for a policy: with so many pixels, then averaged over to the side that is stored.
///
/// A policy must see in the end what it learned from. Whoever draws a frame, at ingest, for features, in evaluation or
/// for people, does it here.
package struct FrameDrawing: Sendable, Equatable {
    /// Pixels of a side as drawn.
    package let drawnSide: Int
    /// Pixels of a side as stored and seen.
    package let side: Int

    /// Drawn in the size they are seen in.
    package init(side: Int) {
        self.init(drawnSide: side, side: side)
    }

    private init(drawnSide: Int, side: Int) {
        self.drawnSide = drawnSide
        self.side = side
    }

    /// The way of recordings without pictures, whose frames the simulator drew: twice as large and averaged, so that
    /// thin things do not flicker.
    package static func averaged(side: Int) -> FrameDrawing { FrameDrawing(drawnSide: 2 * side, side: side) }

    /// The way that gives what is stored: as the simulator drew it, or as large as the recorded pictures were before
    /// they were scaled.
    ///
    /// - Parameters:
    ///   - isDrawn: Whether the simulator drew the stored frames.
    ///   - pictureWidth: Of the recorded pictures in pixels; nil for ALFRED's 300.
    package static func matching(isDrawn: Bool, pictureWidth: Int?, side: Int) -> FrameDrawing {
        isDrawn
            ? averaged(side: side) : FrameDrawing(drawnSide: min(max(pictureWidth ?? 300, side), 1024), side: side)
    }

    /// Bytes of a frame: red, green and blue.
    package var byteCount: Int { side * side * 3 }

    /// A renderer of the size that ``frame(of:by:)`` wants.
    package func makeRenderer() -> Renderer { Renderer(width: drawnSide, height: drawnSide) }

    /// What the agent sees.
    ///
    /// - Parameter renderer: From ``makeRenderer()``.
    package func frame(of world: World, by renderer: Renderer) -> RGBImage {
        renderer.render(world)
        return RGBImage(width: drawnSide, height: drawnSide, pixels: renderer.rgbPixels)
            .resized(width: side, height: side)
    }
}
