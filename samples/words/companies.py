# ruff: noqa: E501, RUF005
"""Companies that do not exist, and places that do. The postings are handed out over these."""

# (shown, city, region, region code, latitude, longitude)
PLACES = {
    "toronto": ("Toronto, ON, Canada", "Toronto", "Ontario", "ON", 43.6532, -79.3832),
    "ottawa": ("Ottawa, ON, Canada", "Ottawa", "Ontario", "ON", 45.4215, -75.6972),
    "waterloo": ("Waterloo, ON, Canada", "Waterloo", "Ontario", "ON", 43.4643, -80.5204),
    "mississauga": ("Mississauga, ON, Canada", "Mississauga", "Ontario", "ON", 43.589, -79.6441),
    "montreal": ("Montréal, QC, Canada", "Montréal", "Quebec", "QC", 45.5019, -73.5674),
    "quebec": ("Québec, QC, Canada", "Québec", "Quebec", "QC", 46.8131, -71.2075),
    "vancouver": ("Vancouver, BC, Canada", "Vancouver", "British Columbia", "BC", 49.2827, -123.1207),
    "calgary": ("Calgary, AB, Canada", "Calgary", "Alberta", "AB", 51.0447, -114.0719),
    "halifax": ("Halifax, NS, Canada", "Halifax", "Nova Scotia", "NS", 44.6488, -63.5752),
    "winnipeg": ("Winnipeg, MB, Canada", "Winnipeg", "Manitoba", "MB", 49.8951, -97.1384),
    "canada": ("Remote, Canada", None, None, None, None, None),
}

TECH = ["data_engineer", "analytics_engineer", "backend", "frontend", "devops", "product_manager", "designer"]
OFFICE = ["accountant", "sales", "people", "marketing", "customer_support", "data_analyst"]
FIELD = ["trades", "warehouse", "project_manager"]
CARE = ["nurse", "support_worker", "people", "accountant"]

# Companies with a board of their own: slug, name, language, size, places, kinds, about.
BOARDS = {
    "ashby": [
        (
            "mapleledger",
            "Maple Ledger",
            "en",
            "201-500",
            ["toronto", "toronto", "canada", "montreal"],
            TECH + OFFICE + ["data_scientist", "security", "qa"],
            "Maple Ledger keeps the books of 9,000 small businesses so that their owners can sleep. We are 260 people, "
            "profitable since 2023, and allergic to surprise invoices.",
        ),
        (
            "northtidehealth",
            "Northtide Health",
            "en",
            "501-1000",
            ["halifax", "canada", "ottawa", "toronto"],
            CARE + ["data_engineer", "backend", "data_analyst", "designer"],
            "Northtide Health runs walk-in and virtual clinics in the Atlantic provinces. Our software is written by the "
            "same team that answers the phone on Mondays.",
        ),
        (
            "prairiesignal",
            "Prairie Signal",
            "en",
            "51-200",
            ["calgary", "calgary", "canada", "winnipeg"],
            TECH + FIELD + ["sales", "data_scientist"],
            "Prairie Signal puts sensors on grain bins, pumps and pipelines, and tells the people who own them what is "
            "about to break.",
        ),
        (
            "ateliercobalt",
            "Atelier Cobalt",
            "fr",
            "51-200",
            ["montreal", "montreal", "quebec", "canada"],
            ["data_engineer", "backend", "designer", "sales", "people", "data_analyst", "accountant"],
            "Atelier Cobalt conçoit des outils de billetterie et d'accueil pour les musées et les festivals. Nous sommes "
            "90 personnes, dans un ancien atelier de couture de la rue Chabanel.",
        ),
    ],
    "greenhouse": [
        (
            "harbourlight",
            "Harbourlight Robotics",
            "en",
            "201-500",
            ["waterloo", "toronto", "waterloo", "mississauga"],
            TECH + FIELD + ["data_scientist", "qa", "people"],
            "Harbourlight builds inspection robots for bridges, ships and tanks. Forty of them are at work tonight, and "
            "each sends home two gigabytes an hour.",
        ),
        (
            "vergernumerique",
            "Verger Numérique",
            "fr",
            "201-500",
            ["quebec", "quebec", "montreal", "canada"],
            ["data_engineer", "backend", "data_analyst", "accountant", "trades", "sales", "people"],
            "Verger Numérique aide les producteurs maraîchers à planifier leurs récoltes. Nos logiciels servent 1 400 "
            "fermes, de Kamouraska à Niagara.",
        ),
        (
            "kesteltransit",
            "Kestel Transit Systems",
            "en",
            "1001-5000",
            ["vancouver", "vancouver", "toronto", "canada"],
            TECH + OFFICE + FIELD,
            "Kestel plans buses, trains and ferries for eleven cities. When we do our job, nobody notices us.",
        ),
    ],
    "lever": [
        (
            "juniperstone",
            "Juniper & Stone Energy",
            "en",
            "1001-5000",
            ["calgary", "calgary", "toronto", "winnipeg"],
            FIELD + ["data_engineer", "accountant", "data_analyst", "security", "project_manager"],
            "Juniper & Stone owns wind farms and heat networks in three provinces. We like long contracts, plain "
            "language, and weather.",
        ),
        (
            "quillwork",
            "Quillwork Learning",
            "en",
            "51-200",
            ["ottawa", "canada", "ottawa", "toronto"],
            ["teacher", "frontend", "backend", "designer", "marketing", "customer_support", "data_engineer"],
            "Quillwork makes reading lessons for children and for adults who missed them the first time. Schools pay, "
            "libraries do not.",
        ),
    ],
    "smartrecruiters": [
        (
            "BorealisCare",
            "Borealis Care Group",
            "en",
            "5001-10000",
            ["toronto", "ottawa", "mississauga", "montreal"],
            CARE + CARE + ["data_engineer", "data_analyst", "project_manager", "warehouse"],
            "Borealis Care Group runs 31 homes for older people and the home-care teams around them.",
        ),
    ],
}

# Companies met one posting at a time, with what they do.
SINGLES = [
    ("Alder & Finch Logistics", "moves parcels between the Great Lakes ports"),
    ("Beacon Hollow Insurance", "insures farms, boats and the people on them"),
    ("Blue Caribou Analytics", "measures how full shops, trains and beds are"),
    ("Cedar Loop Software", "writes scheduling software for dental offices"),
    ("Copperleaf Kitchens", "cooks 14,000 school lunches a day"),
    ("Driftline Media", "streams amateur hockey to patient parents"),
    ("Eastbank Credit Cooperative", "belongs to its 60,000 members"),
    ("Fernwick Pharmaceuticals", "makes eye drops and tests other people's"),
    ("Glass Otter Games", "makes small puzzle games for long commutes"),
    ("Hearthstone Mutual Housing", "builds and runs co-operative housing"),
    ("Inlet & Oak", "sells outdoor furniture that survives winter"),
    ("Kindling Coffee Traders", "buys green coffee and roasts it in three cities"),
    ("Lanternfish Security", "watches networks at night"),
    ("Lumen Quarry", "cuts and sells stone, and lately solar roofs"),
    ("Meridian Orchard Bank", "is a small bank with a large call centre"),
    ("Nimbus Ferry Company", "runs seven ferries and one very old tug"),
    ("Osprey Ridge Mining Services", "keeps pumps running two kilometres down"),
    ("Paper Lake Publishing", "prints atlases and sells the data behind them"),
    ("Quiet Engine Labs", "designs electric motors for wheelchairs"),
    ("Red Fern Telecom", "brings fibre to towns others skip"),
    ("Saltbox Retail Group", "runs 88 hardware stores in the Maritimes"),
    ("Tamarack Public Data", "publishes open data for cities"),
    ("Umbra Weather", "forecasts road ice for snow-plough crews"),
    ("Violet Pine Cosmetics", "makes soap, honestly labelled"),
    ("Wexcombe Staffing", "finds people for contracts of three to twelve months"),
    ("Yarrow Biometrics", "makes blood-pressure cuffs that children like"),
]
SINGLES_FR = [
    ("Les Fermes du Cap", "exploite douze fermes laitières et leur fromagerie"),
    ("Groupe Tramail", "gère des entrepôts frigorifiques le long du fleuve"),
    ("Clinique des Trois Saules", "offre des soins de première ligne dans quatre quartiers"),
    ("Papeterie Lisière", "fabrique des cahiers depuis 1921"),
    ("Studio Marée Haute", "crée des films d'animation"),
    ("Caisse Boréalis", "sert 45 000 membres en région"),
]
