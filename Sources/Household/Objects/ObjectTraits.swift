/// What objects of a type can do and have done to them.
package struct ObjectTraits: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Can be taken into the hand.
    package static let pickupable = ObjectTraits(rawValue: 1 << 0)
    /// Other things can be put in or on it.
    package static let receptacle = ObjectTraits(rawValue: 1 << 1)
    /// Can be opened and closed.
    package static let openable = ObjectTraits(rawValue: 1 << 2)
    /// Things can be put in only while it is open.
    package static let mustBeOpen = ObjectTraits(rawValue: 1 << 3)
    /// Can be switched on and off.
    package static let toggleable = ObjectTraits(rawValue: 1 << 4)
    /// Can be cut into pieces with a knife.
    package static let sliceable = ObjectTraits(rawValue: 1 << 5)
    /// Can be dirty, and is clean after being under a running faucet.
    package static let dirtyable = ObjectTraits(rawValue: 1 << 6)
    /// Cuts what is sliceable: types whose name contains `Knife`.
    package static let knife = ObjectTraits(rawValue: 1 << 7)
    /// Holds one object, and only of the types in ``ObjectType/acceptedTypes``.
    package static let restricted = ObjectTraits(rawValue: 1 << 8)
    /// A receptacle that can be carried with what is in it.
    package static let movableReceptacle: ObjectTraits = [.pickupable, .receptacle]
    /// Any trait that makes an object the target of an interaction.
    package static let interactable: ObjectTraits = [.pickupable, .receptacle, .openable, .toggleable, .sliceable]
}

extension ObjectType {
    /// The traits of the type, after AI2-THOR 2.1.0.
    package var traits: ObjectTraits { Self.traitTable[self] ?? [] }

    private static let traitTable: [ObjectType: ObjectTraits] = {
        var table: [ObjectType: ObjectTraits] = [:]
        func add(_ trait: ObjectTraits, _ types: [ObjectType]) {
            for type in types { table[type, default: []].insert(trait) }
        }
        add(.pickupable, pickupables)
        add(.receptacle, receptacles)
        add(.openable, openables)
        add(.mustBeOpen, [.cabinet, .drawer, .fridge, .laundryHamper, .microwave, .safe])
        add(.toggleable, toggleables)
        add(.sliceable, [.apple, .bread, .egg, .lettuce, .potato, .tomato])
        add(.dirtyable, [.bowl, .cloth, .cup, .mug, .pan, .plate, .pot])
        add(.knife, [.knife, .butterKnife])
        add(.restricted, Array(acceptedTypeTable.keys))
        return table
    }()

    private static let pickupables: [ObjectType] = [
        .alarmClock, .apple, .appleSliced, .baseballBat, .basketBall, .book, .boots, .bowl, .box,
        .bread, .breadSliced, .butterKnife, .cd, .candle, .cellPhone, .cloth, .creditCard, .cup,
        .dishSponge, .egg, .eggCracked, .fork, .glassbottle, .handTowel, .kettle, .keyChain, .knife,
        .ladle, .laptop, .lettuce, .lettuceSliced, .mug, .newspaper, .pan, .paperTowel,
        .paperTowelRoll, .pen, .pencil, .pepperShaker, .pillow, .plate, .plunger, .pot, .potato,
        .potatoSliced, .remoteControl, .saltShaker, .scrubBrush, .soapBar, .soapBottle, .spatula,
        .spoon, .sprayBottle, .statue, .teddyBear, .tennisRacket, .tissueBox, .toiletPaper,
        .toiletPaperRoll, .tomato, .tomatoSliced, .towel, .vase, .watch, .wateringCan, .wineBottle,
    ]

    private static let receptacles: [ObjectType] = [
        .armChair, .bathtubBasin, .bed, .bowl, .box, .cabinet, .cart, .coffeeMachine, .coffeeTable,
        .counterTop, .cup, .desk, .diningTable, .drawer, .dresser, .fridge, .garbageCan,
        .handTowelHolder, .laundryHamper, .microwave, .mug, .ottoman, .pan, .plate, .pot, .safe,
        .shelf, .sideTable, .sinkBasin, .sofa, .stoveBurner, .tvStand, .toaster, .toilet,
        .toiletPaperHanger, .towelHolder,
    ]

    private static let openables: [ObjectType] = [
        .box, .cabinet, .drawer, .fridge, .laptop, .laundryHamper, .microwave, .safe, .showerCurtain, .showerDoor,
    ]

    private static let toggleables: [ObjectType] = [
        .candle, .cellPhone, .coffeeMachine, .deskLamp, .faucet, .floorLamp, .lamp, .laptop,
        .lightSwitch, .microwave, .showerHead, .stoveKnob, .television, .toaster,
    ]

    /// What a restricted receptacle holds; nil for the others, which take anything there is room for.
    package var acceptedTypes: [ObjectType]? { Self.acceptedTypeTable[self] }

    private static let acceptedTypeTable: [ObjectType: [ObjectType]] = [
        .coffeeMachine: [.mug],
        .stoveBurner: [.pot, .pan, .kettle],
        .toaster: [.breadSliced],
        .toiletPaperHanger: [.toiletPaper, .toiletPaperRoll],
        .towelHolder: [.towel],
        .handTowelHolder: [.handTowel],
    ]

    /// The type of the pieces and their number when the object is sliced. An egg cracks into one.
    package var slices: (type: ObjectType, count: Int)? {
        switch self {
        case .apple: (.appleSliced, 2)
        case .bread: (.breadSliced, 8)
        case .lettuce: (.lettuceSliced, 7)
        case .potato: (.potatoSliced, 8)
        case .tomato: (.tomatoSliced, 6)
        case .egg: (.eggCracked, 1)
        default: nil
        }
    }

    /// Whether objects of the type are open before anyone touches them.
    package var startsOpen: Bool { self == .box || self == .laptop }
}
