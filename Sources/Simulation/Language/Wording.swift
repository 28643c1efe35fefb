internal import Household

/// English names of objects and the words that go with them.
enum Wording {
    /// What people call a type; the first name is the plainest.
    static func names(of type: ObjectType) -> [String] {
        table[type] ?? [spaced(type.rawValue)]
    }

    private static let table: [ObjectType: [String]] = [
        .counterTop: ["counter", "countertop", "kitchen counter"], .sinkBasin: ["sink", "basin", "sink basin"],
        .sink: ["sink"], .bathtubBasin: ["bathtub", "tub", "bath"], .bathtub: ["bathtub", "tub"],
        .garbageCan: ["trash can", "garbage can", "bin"], .fridge: ["fridge", "refrigerator"],
        .sofa: ["couch", "sofa"], .armChair: ["armchair", "arm chair", "chair"],
        .diningTable: ["dining table", "table"], .coffeeTable: ["coffee table", "low table"],
        .sideTable: ["side table", "small table", "end table"], .tvStand: ["TV stand", "television stand"],
        .dresser: ["dresser", "chest of drawers"], .stoveBurner: ["stove", "burner", "stove burner"],
        .coffeeMachine: ["coffee machine", "coffee maker"], .cabinet: ["cabinet", "cupboard"],
        .shelf: ["shelf", "shelves"], .toilet: ["toilet", "toilet tank"], .safe: ["safe"],
        .toiletPaperHanger: ["toilet paper holder", "toilet paper hanger"],
        .handTowelHolder: ["hand towel holder", "towel ring"], .towelHolder: ["towel rack", "towel holder"],
        .deskLamp: ["desk lamp", "lamp", "table lamp"], .floorLamp: ["floor lamp", "lamp", "standing lamp"],
        .glassbottle: ["glass bottle", "bottle"], .wineBottle: ["wine bottle", "bottle of wine"],
        .cellPhone: ["phone", "cell phone", "mobile phone"], .remoteControl: ["remote", "remote control"],
        .keyChain: ["keys", "set of keys", "key chain"], .creditCard: ["credit card", "card"],
        .butterKnife: ["butter knife", "table knife"], .knife: ["knife", "sharp knife"],
        .dishSponge: ["sponge", "dish sponge"], .soapBar: ["bar of soap", "soap bar", "soap"],
        .soapBottle: ["soap bottle", "bottle of soap", "soap dispenser"],
        .sprayBottle: ["spray bottle", "cleaning spray"], .toiletPaper: ["toilet paper", "roll of toilet paper"],
        .toiletPaperRoll: ["empty toilet paper roll", "toilet paper roll"],
        .tissueBox: ["box of tissues", "tissue box"], .handTowel: ["hand towel", "small towel"],
        .cloth: ["cloth", "rag"], .basketBall: ["basketball", "ball"], .baseballBat: ["baseball bat", "bat"],
        .tennisRacket: ["tennis racket", "racket"], .pepperShaker: ["pepper shaker", "pepper"],
        .saltShaker: ["salt shaker", "salt"], .cd: ["CD", "disc"], .newspaper: ["newspaper", "paper"],
        .mug: ["mug", "coffee mug"], .cup: ["cup", "drinking cup"], .pan: ["pan", "frying pan"],
        .pot: ["pot", "cooking pot"], .bowl: ["bowl"], .plate: ["plate", "dish"],
        .box: ["box", "cardboard box"], .lettuce: ["lettuce", "head of lettuce"],
        .bread: ["loaf of bread", "bread"], .alarmClock: ["alarm clock", "clock"],
        .wateringCan: ["watering can"], .statue: ["statue", "figurine"], .laptop: ["laptop", "computer"],
        .television: ["television", "TV"], .housePlant: ["plant", "houseplant"],
        .appleSliced: ["slice of apple", "apple slice", "piece of apple"],
        .breadSliced: ["slice of bread", "bread slice", "piece of bread"],
        .lettuceSliced: ["slice of lettuce", "lettuce slice", "piece of lettuce"],
        .potatoSliced: ["slice of potato", "potato slice", "piece of potato"],
        .tomatoSliced: ["slice of tomato", "tomato slice", "piece of tomato"],
        .eggCracked: ["cracked egg", "broken egg"], .teddyBear: ["teddy bear", "stuffed bear"],
    ]

    /// `LaundryHamper` -> `laundry hamper`.
    private static func spaced(_ name: String) -> String {
        var text = ""
        for letter in name {
            if letter.isUppercase, !text.isEmpty { text += " " }
            text += letter.lowercased()
        }
        return text
    }

    /// Whether things are in a receptacle rather than on it.
    static func isInside(_ type: ObjectType) -> Bool { insides.contains(type) }

    private static let insides: Set<ObjectType> = [
        .fridge, .microwave, .cabinet, .drawer, .sinkBasin, .bathtubBasin, .garbageCan, .safe, .box, .bowl, .cup, .mug,
        .pot, .pan, .laundryHamper, .toaster, .coffeeMachine,
    ]

    /// Furniture big and plain enough to say where something else is.
    static func isLandmark(_ type: ObjectType) -> Bool { landmarks.contains(type) }

    private static let landmarks: Set<ObjectType> = [
        .fridge, .microwave, .sink, .sofa, .armChair, .bed, .television, .toilet, .bathtub, .diningTable, .coffeeTable,
        .desk, .dresser, .coffeeMachine, .toaster, .garbageCan, .floorLamp, .deskLamp, .tvStand, .window, .safe,
    ]

    /// Plural or mass words take no "a".
    static func indefinite(_ name: String) -> String {
        if ["keys", "toilet paper", "pepper", "salt", "soap", "shelves", "bread", "lettuce"].contains(name) {
            return "some " + name
        }
        return ("aeiou".contains(name.first ?? " ") ? "an " : "a ") + name
    }

    static func capitalized(_ sentence: String) -> String {
        sentence.prefix(1).uppercased() + sentence.dropFirst()
    }
}
