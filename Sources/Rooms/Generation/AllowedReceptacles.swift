package import Household

/// Which objects ALFRED places in which receptacles: its table `VAL_RECEPTACLE_OBJECTS` with `TableTop` written out as
/// the three tables. It guides where things lie at the start and which tasks are asked; putting something somewhere
/// else is not forbidden.
package enum AllowedReceptacles {
    /// The objects a receptacle may hold, by name; empty for types that are no receptacle of the table.
    package static func objects(in receptacle: ObjectType) -> [ObjectType] { table[receptacle] ?? [] }

    /// Whether the table lets an object lie in a receptacle.
    package static func allows(_ object: ObjectType, in receptacle: ObjectType) -> Bool {
        table[receptacle]?.contains(object) ?? false
    }

    /// The receptacles that may hold an object, in the order of ``ObjectType``'s cases.
    package static func receptacles(for object: ObjectType) -> [ObjectType] {
        ObjectType.allCases.filter { allows(object, in: $0) }
    }

    private static let anywhere: [ObjectType] = [
        .alarmClock, .apple, .appleSliced, .baseballBat, .basketBall, .book, .bowl, .box, .bread, .breadSliced,
        .butterKnife, .cd, .candle, .cellPhone, .cloth, .creditCard, .cup, .dishSponge, .egg, .fork, .glassbottle,
        .handTowel, .kettle, .keyChain, .knife, .ladle, .laptop, .lettuce, .lettuceSliced, .mug, .newspaper, .pan,
        .paperTowel, .pen, .pencil, .pepperShaker, .plate, .pot, .potato, .potatoSliced, .remoteControl, .saltShaker,
        .soapBar, .soapBottle, .spatula, .spoon, .sprayBottle, .statue, .tennisRacket, .tissueBox, .toiletPaper,
        .toiletPaperRoll, .tomato, .tomatoSliced, .vase, .watch, .wateringCan, .wineBottle,
    ]

    private static let table: [ObjectType: [ObjectType]] = [
        .armChair: [
            .basketBall, .book, .box, .cellPhone, .cloth, .creditCard, .keyChain, .laptop, .newspaper, .pillow,
            .remoteControl,
        ],
        .bathtubBasin: [.cloth, .dishSponge, .handTowel, .soapBar],
        .bed: [
            .baseballBat, .basketBall, .book, .cellPhone, .laptop, .newspaper, .pillow, .tennisRacket,
        ],
        .bowl: [
            .apple, .appleSliced, .butterKnife, .cd, .candle, .cellPhone, .cloth, .creditCard, .dishSponge, .egg,
            .fork, .keyChain, .knife, .ladle, .lettuce, .lettuceSliced, .mug, .paperTowel, .pen, .pencil, .potato,
            .potatoSliced, .remoteControl, .spatula, .spoon, .tomato, .tomatoSliced, .watch,
        ],
        .box: [
            .alarmClock, .book, .cd, .candle, .cellPhone, .cloth, .creditCard, .dishSponge, .glassbottle, .keyChain,
            .mug, .paperTowel, .pen, .pencil, .remoteControl, .statue, .tissueBox, .vase, .watch,
        ],
        .cabinet: [
            .book, .bowl, .box, .cd, .candle, .cloth, .cup, .dishSponge, .glassbottle, .handTowel, .kettle, .ladle,
            .mug, .newspaper, .pan, .pepperShaker, .plate, .plunger, .pot, .saltShaker, .soapBar, .soapBottle,
            .sprayBottle, .tissueBox, .toiletPaper, .toiletPaperRoll, .vase, .wateringCan, .wineBottle,
        ],
        .cart: [
            .candle, .cloth, .dishSponge, .handTowel, .mug, .paperTowel, .plunger, .soapBar, .soapBottle,
            .sprayBottle, .statue, .tissueBox, .toiletPaper, .toiletPaperRoll, .vase,
        ],
        .coffeeMachine: [.mug],
        .coffeeTable: anywhere,
        .counterTop: anywhere,
        .cup: [.butterKnife, .fork, .spoon],
        .desk: [
            .alarmClock, .basketBall, .book, .bowl, .box, .cd, .candle, .cellPhone, .cloth, .creditCard, .cup,
            .glassbottle, .keyChain, .laptop, .mug, .newspaper, .pen, .pencil, .plate, .remoteControl, .soapBottle,
            .sprayBottle, .statue, .tennisRacket, .tissueBox, .toiletPaper, .toiletPaperRoll, .vase, .watch,
            .wateringCan, .wineBottle,
        ],
        .diningTable: anywhere,
        .drawer: [
            .book, .butterKnife, .cd, .candle, .cellPhone, .cloth, .creditCard, .dishSponge, .fork, .handTowel,
            .keyChain, .knife, .ladle, .newspaper, .pen, .pencil, .pepperShaker, .remoteControl, .saltShaker,
            .soapBar, .soapBottle, .spatula, .spoon, .sprayBottle, .tissueBox, .toiletPaper, .toiletPaperRoll, .watch,
            .wateringCan,
        ],
        .dresser: [
            .alarmClock, .basketBall, .book, .bowl, .box, .cd, .candle, .cellPhone, .cloth, .creditCard, .cup,
            .glassbottle, .keyChain, .laptop, .mug, .newspaper, .pen, .pencil, .plate, .remoteControl, .sprayBottle,
            .statue, .tennisRacket, .tissueBox, .toiletPaper, .toiletPaperRoll, .vase, .watch, .wateringCan,
            .wineBottle,
        ],
        .fridge: [
            .apple, .appleSliced, .bowl, .bread, .breadSliced, .cup, .egg, .glassbottle, .lettuce, .lettuceSliced,
            .mug, .pan, .plate, .pot, .potato, .potatoSliced, .tomato, .tomatoSliced, .wineBottle,
        ],
        .garbageCan: [
            .apple, .appleSliced, .bread, .breadSliced, .cd, .cloth, .dishSponge, .egg, .handTowel, .lettuce,
            .lettuceSliced, .newspaper, .paperTowel, .pen, .pencil, .potato, .potatoSliced, .soapBar, .soapBottle,
            .sprayBottle, .tissueBox, .toiletPaper, .toiletPaperRoll, .tomato, .tomatoSliced, .wineBottle,
        ],
        .handTowelHolder: [.handTowel],
        .laundryHamper: [.cloth],
        .microwave: [
            .apple, .appleSliced, .bowl, .bread, .breadSliced, .cup, .egg, .glassbottle, .mug, .plate, .potato,
            .potatoSliced, .tomato, .tomatoSliced,
        ],
        .mug: [
            .butterKnife, .fork, .keyChain, .knife, .pen, .pencil, .spoon, .watch,
        ],
        .ottoman: [
            .basketBall, .book, .box, .cellPhone, .cloth, .creditCard, .keyChain, .laptop, .newspaper, .pillow,
            .remoteControl,
        ],
        .pan: [
            .apple, .appleSliced, .butterKnife, .dishSponge, .egg, .fork, .knife, .ladle, .lettuce, .lettuceSliced,
            .potato, .potatoSliced, .spatula, .spoon, .tomato, .tomatoSliced,
        ],
        .plate: [
            .alarmClock, .apple, .appleSliced, .book, .butterKnife, .cd, .candle, .cellPhone, .cloth, .creditCard,
            .dishSponge, .egg, .fork, .glassbottle, .keyChain, .knife, .ladle, .lettuce, .lettuceSliced, .mug,
            .paperTowel, .pen, .pencil, .potato, .potatoSliced, .spatula, .spoon, .tissueBox, .tomato, .tomatoSliced,
            .watch,
        ],
        .pot: [
            .apple, .appleSliced, .butterKnife, .dishSponge, .egg, .fork, .knife, .ladle, .lettuce, .lettuceSliced,
            .potato, .potatoSliced, .spatula, .spoon, .tomato, .tomatoSliced,
        ],
        .safe: [
            .cd, .cellPhone, .creditCard, .keyChain, .statue, .vase, .watch,
        ],
        .shelf: [
            .alarmClock, .book, .bowl, .box, .cd, .candle, .cellPhone, .cloth, .creditCard, .cup, .dishSponge,
            .glassbottle, .handTowel, .kettle, .keyChain, .mug, .newspaper, .paperTowel, .pen, .pencil, .pepperShaker,
            .plate, .pot, .remoteControl, .saltShaker, .soapBar, .soapBottle, .sprayBottle, .statue, .tissueBox,
            .toiletPaper, .toiletPaperRoll, .vase, .watch, .wateringCan, .wineBottle,
        ],
        .sideTable: anywhere,
        .sinkBasin: [
            .apple, .appleSliced, .bowl, .butterKnife, .cloth, .cup, .dishSponge, .egg, .fork, .glassbottle,
            .handTowel, .kettle, .knife, .ladle, .lettuce, .lettuceSliced, .mug, .pan, .plate, .pot, .potato,
            .potatoSliced, .soapBar, .spatula, .spoon, .tomato, .tomatoSliced,
        ],
        .sofa: [
            .basketBall, .book, .box, .cellPhone, .cloth, .creditCard, .keyChain, .laptop, .newspaper, .pillow,
            .remoteControl,
        ],
        .stoveBurner: [.kettle, .pan, .pot],
        .tvStand: [.tissueBox],
        .toaster: [.breadSliced],
        .toilet: [
            .candle, .cloth, .dishSponge, .handTowel, .newspaper, .paperTowel, .soapBar, .soapBottle, .sprayBottle,
            .tissueBox, .toiletPaper, .toiletPaperRoll,
        ],
        .toiletPaperHanger: [.toiletPaper, .toiletPaperRoll],
        .towelHolder: [.towel],
    ]
}
