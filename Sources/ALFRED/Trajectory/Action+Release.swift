package import Episodes

extension Action {
    /// The release's spelling of every action, in the order of its lists.
    static let releaseNames: [(action: Action, name: String)] = [
        (.moveAhead, "MoveAhead_25"), (.rotateLeft, "RotateLeft_90"), (.rotateRight, "RotateRight_90"),
        (.lookUp, "LookUp_15"), (.lookDown, "LookDown_15"), (.pickup, "PickupObject"), (.put, "PutObject"),
        (.open, "OpenObject"), (.close, "CloseObject"), (.toggleOn, "ToggleObjectOn"),
        (.toggleOff, "ToggleObjectOff"), (.slice, "SliceObject"),
    ]

    private static let byReleaseName = Dictionary(uniqueKeysWithValues: releaseNames.map { ($0.name, $0.action) })

    private static let nameByID: [String] = (0..<UInt8(idCount)).map { id in
        releaseNames.first { $0.action.rawValue == id }?.name ?? ""
    }

    /// The action with a name of `discrete_action`; nil for any other text.
    package init?(releaseName: String) {
        guard let action = Self.byReleaseName[releaseName] else { return nil }
        self = action
    }

    /// The name in `discrete_action`: `MoveAhead_25`, `PickupObject`.
    package var releaseName: String { Self.nameByID[Int(rawValue)] }

    /// The name of the call to the simulator in `api_action`: `MoveAhead`, `PickupObject`.
    package var apiName: String { String(releaseName.prefix { $0 != "_" }) }
}
