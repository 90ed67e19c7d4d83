/// Names that are common in Norway, some with the letters that encodings get wrong.
enum ExampleNames {
    static let women = [
        "Anne", "Astrid", "Åse", "Berit", "Bjørg", "Camilla", "Elin", "Emma", "Eva", "Frida", "Gro", "Gunnhild",
        "Hanne", "Hedda", "Helene", "Hilde", "Ida", "Inger", "Ingrid", "Jorunn", "Julie", "Kari", "Karoline",
        "Kjersti", "Kristin", "Linn", "Liv", "Maja", "Marit", "Marte", "Máret", "Mona", "Nina", "Nora", "Oda",
        "Ragnhild", "Randi", "Rávdná", "Sara", "Signe", "Silje", "Siri", "Solveig", "Sunniva", "Sølvi", "Tone",
        "Turid", "Unni", "Vigdis", "Ylva",
    ]

    static let men = [
        "Aksel", "Anders", "Arne", "Åge", "Ánte", "Asbjørn", "Bård", "Bjørn", "Dag", "Eirik", "Espen",
        "Fredrik", "Frode", "Geir", "Gunnar", "Håkon", "Håvard", "Henrik", "Ivar", "Jan Erik", "Jonas",
        "Jørgen", "Kåre", "Kjetil", "Knut", "Kristian", "Lars", "Leif", "Magnus", "Mathias", "Morten", "Nils",
        "Odd", "Ola", "Olav", "Øystein", "Øyvind", "Per", "Pål", "Rune", "Sander", "Sigurd", "Sindre", "Stian",
        "Svein", "Sverre", "Terje", "Tor", "Torbjørn", "Vegard",
    ]

    static let families = [
        "Aas", "Amundsen", "Andersen", "Antonsen", "Arnesen", "Bakke", "Berg", "Berge", "Birkeland", "Bøe",
        "Brekke", "Dahl", "Dahle", "Eide", "Ellingsen", "Eriksen", "Fjeld", "Foss", "Gjerde", "Gundersen",
        "Haga", "Halvorsen", "Hansen", "Haugen", "Hætta", "Helland", "Holm", "Jacobsen", "Johansen",
        "Jørgensen", "Karlsen", "Knutsen", "Kristiansen", "Larsen", "Lie", "Lund", "Løken", "Moen", "Myhre",
        "Næss", "Nguyen", "Nilsen", "Nygård", "Ødegård", "Olsen", "Østby", "Pedersen", "Rasmussen", "Ruud",
        "Rød", "Sæther", "Sandvik", "Skår", "Solberg", "Strand", "Strøm", "Svendsen", "Sørensen", "Tangen",
        "Thorsen", "Tveit", "Utsi", "Vik", "Wold", "Ås",
    ]
}
