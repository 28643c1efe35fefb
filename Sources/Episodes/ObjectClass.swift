/// The class an interaction is about, one of 82 ids; 0 means none. For Put it is the receptacle's class.
package struct ObjectClass: Sendable, Hashable, CustomStringConvertible {
    /// The id a policy is trained on, 0...81.
    package let id: UInt8

    /// Ids including ``noObject``.
    package static let idCount = names.count

    /// No object: the class of navigation and of what is outside the list.
    package static let noObject = ObjectClass(unchecked: 0)

    private init(unchecked id: UInt8) { self.id = id }

    /// The class with this id, or nil.
    package init?(id: Int) {
        guard Self.names.indices.contains(id) else { return nil }
        self.id = UInt8(id)
    }

    /// The class with this name, or nil.
    package init?(name: some StringProtocol) {
        guard let id = Self.ids[String(name)] else { return nil }
        self.id = id
    }

    /// The class of an object id: its first field, so that slices count as the whole (`Apple`), basins as their
    /// `Sink` or `Bathtub`. Nil for a class outside the list.
    package init?(objectID: String) {
        self.init(name: objectID.prefix { $0 != "|" })
    }

    /// The name in AI2-THOR, or `None`.
    package var name: String { Self.names[Int(id)] }
    package var description: String { name }

    /// Names by id.
    package static let names = [
        "None", "AlarmClock", "Apple", "ArmChair", "BaseballBat", "BasketBall", "Bathtub", "Bed", "Book", "Bowl", "Box",
        "Bread", "ButterKnife", "CD", "Cabinet", "Candle", "Cart", "CellPhone", "Cloth", "CoffeeMachine",
        "CoffeeTable", "CounterTop", "CreditCard", "Cup", "Desk", "DeskLamp", "DiningTable", "DishSponge", "Drawer",
        "Dresser", "Egg", "Faucet", "FloorLamp", "Fork", "Fridge", "GarbageCan", "Glassbottle", "HandTowel", "Kettle",
        "KeyChain", "Knife", "Ladle", "Laptop", "Lettuce", "Microwave", "Mug", "Newspaper", "Ottoman", "Pan", "Pen",
        "Pencil", "PepperShaker", "Pillow", "Plate", "Plunger", "Pot", "Potato", "RemoteControl", "Safe", "SaltShaker",
        "Shelf", "SideTable", "Sink", "SoapBar", "SoapBottle", "Sofa", "Spatula", "Spoon", "SprayBottle", "Statue",
        "StoveBurner", "TVStand", "TennisRacket", "TissueBox", "Toilet", "ToiletPaper", "ToiletPaperHanger", "Tomato",
        "Vase", "Watch", "WateringCan", "WineBottle",
    ]

    private static let ids = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt8($0)) })
}
