internal import ALFRED
internal import Ground
internal import Household

/// What a generated room will have beside what every room of its kind has.
struct RoomPlan: Sendable {
    let room: Room
    /// Types of furniture and decoration that this floor plan has, as often as ALFRED's floor plans have them.
    private let furniture: Set<ObjectType>
    /// Types of things that lie about in this floor plan.
    let things: [ObjectType]

    init(room: Room, random: inout SeededGenerator) {
        self.room = room
        var furniture: Set<ObjectType> = []
        for (type, count) in Self.furnitureCounts(room) where random.chance(Float(count) / 30) {
            furniture.insert(type)
        }
        self.furniture = furniture
        var things: [ObjectType] = []
        for (type, count) in Self.thingCounts(room) where random.chance(Float(count) / 30) { things.append(type) }
        self.things = things
    }

    func has(_ type: ObjectType) -> Bool { furniture.contains(type) }

    /// In how many of ALFRED's 30 floor plans of the kind a type occurs, for what not every room here has.
    private static func furnitureCounts(_ room: Room) -> [(ObjectType, Int)] {
        switch room {
        case .kitchen:
            [
                (.blinds, 5), (.curtains, 2), (.housePlant, 10), (.mirror, 2), (.safe, 1), (.shelf, 5),
                (.diningTable, 20), (.sideTable, 3),
            ]
        case .livingRoom:
            [
                (.cabinet, 4), (.chair, 20), (.curtains, 8), (.desk, 3), (.deskLamp, 7), (.dresser, 12),
                (.housePlant, 30), (.mirror, 3), (.ottoman, 4), (.safe, 2), (.shelf, 14), (.diningTable, 14),
                (.coffeeTable, 26), (.sideTable, 24), (.lamp, 6), (.blinds, 1),
            ]
        case .bedroom:
            [
                (.armChair, 6), (.blinds, 27), (.chair, 22), (.curtains, 4), (.desk, 20), (.dresser, 16),
                (.footstool, 1), (.housePlant, 7), (.laundryHamper, 8), (.painting, 13), (.poster, 6), (.safe, 5),
                (.sideTable, 22), (.television, 3), (.lamp, 10), (.teddyBear, 10), (.boots, 3),
            ]
        case .bathroom:
            [
                (.bathtub, 21), (.cabinet, 20), (.cart, 2), (.dresser, 2), (.drawer, 15), (.footstool, 1),
                (.painting, 1), (.shelf, 8), (.showerDoor, 12), (.showerCurtain, 13), (.showerHead, 16),
                (.sideTable, 2), (.housePlant, 1), (.window, 19),
            ]
        }
    }

    /// In how many of ALFRED's 30 floor plans of the kind a thing occurs.
    private static func thingCounts(_ room: Room) -> [(ObjectType, Int)] {
        switch room {
        case .kitchen:
            [
                (.apple, 30), (.book, 2), (.bowl, 30), (.bread, 30), (.butterKnife, 30), (.cellPhone, 4),
                (.creditCard, 3), (.cup, 30), (.dishSponge, 30), (.egg, 30), (.fork, 30), (.glassbottle, 7),
                (.kettle, 15), (.knife, 30), (.ladle, 10), (.lettuce, 30), (.mug, 30), (.pan, 30), (.pen, 2),
                (.pencil, 2), (.pepperShaker, 30), (.plate, 30), (.pot, 30), (.potato, 30), (.saltShaker, 30),
                (.soapBottle, 30), (.spatula, 30), (.spoon, 30), (.sprayBottle, 2), (.statue, 4), (.tomato, 30),
                (.vase, 4), (.wineBottle, 10),
            ]
        case .livingRoom:
            [
                (.book, 7), (.bowl, 4), (.box, 30), (.candle, 3), (.cellPhone, 7), (.creditCard, 30), (.keyChain, 30),
                (.laptop, 30), (.newspaper, 18), (.pen, 5), (.pencil, 4), (.pillow, 30), (.plate, 10),
                (.remoteControl, 30), (.statue, 29), (.tissueBox, 9), (.vase, 18), (.watch, 16), (.wateringCan, 13),
            ]
        case .bedroom:
            [
                (.alarmClock, 30), (.baseballBat, 13), (.basketBall, 11), (.book, 30), (.bowl, 13), (.box, 12),
                (.cd, 30), (.cellPhone, 30), (.cloth, 5), (.creditCard, 30), (.keyChain, 30), (.laptop, 30),
                (.mug, 16), (.pen, 30), (.pencil, 30), (.pillow, 30), (.remoteControl, 3), (.statue, 4),
                (.tennisRacket, 10), (.tissueBox, 4), (.vase, 3), (.watch, 2),
            ]
        case .bathroom:
            [
                (.candle, 30), (.cloth, 30), (.dishSponge, 6), (.handTowel, 30), (.plunger, 30), (.soapBar, 30),
                (.soapBottle, 30), (.sprayBottle, 30), (.tissueBox, 9), (.toiletPaper, 30), (.towel, 30),
            ]
        }
    }
}
