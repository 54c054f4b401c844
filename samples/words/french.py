# ruff: noqa: RUF001
"""Phrases françaises des offres livrées avec le programme. Tout est inventé."""

LEVELS = {
    "junior": ("{} junior", 0.74),
    "mid": ("{}", 1.0),
    "senior": ("{} principal", 1.27),
    "lead": ("{} – chef d'équipe", 1.45),
}

KINDS = {
    "data_engineer": {
        "titles": ["Ingénieur de données", "Ingénieure ou ingénieur de données", "Développeur ETL"],
        "department": "Données",
        "pay": (92000, 122000),
        "skills": ["Python", "SQL", "Airflow", "dbt", "Spark", "PostgreSQL", "Azure", "Docker"],
        "duties": [
            "Construire et exploiter les chaînes de traitement qui alimentent notre entrepôt chaque nuit.",
            "Écrire en {0} et en {1} des transformations que l'équipe saura relire dans un an.",
            "Modéliser les données de vente pour que tout le monde parte du même chiffre.",
            "Mettre en place des tests et des alertes de fraîcheur sur chaque table publiée.",
            "Accompagner les analystes et comprendre leur besoin avant de coder.",
            "Réduire les coûts infonuagiques sans ralentir personne.",
        ],
        "needs": [
            "Très bonne maîtrise de {0} et de {1}.",
            "Trois ans d'expérience avec des données dont d'autres dépendent.",
            "Connaissance d'un ordonnanceur, par exemple {2}.",
            "Français courant à l'oral et à l'écrit; anglais fonctionnel.",
        ],
    },
    "data_analyst": {
        "titles": ["Analyste de données", "Analyste en intelligence d'affaires"],
        "department": "Données",
        "pay": (64000, 86000),
        "skills": ["SQL", "Excel", "Power BI", "Tableau", "statistiques"],
        "duties": [
            "Répondre aux questions des équipes et publier la réponse au bon endroit.",
            "Tenir à jour le rapport hebdomadaire, court et exact.",
            "Créer des tableaux de bord dans {2} qui se lisent en une minute.",
            "Vérifier les chiffres deux fois avant le conseil d'administration.",
            "Former les gestionnaires à faire eux-mêmes les graphiques simples.",
        ],
        "needs": [
            "À l'aise avec {0} et {1}.",
            "Baccalauréat dans un domaine quantitatif ou expérience équivalente.",
            "Rigueur, curiosité et pédagogie.",
            "Bonne connaissance de l'anglais pour échanger avec Toronto.",
        ],
    },
    "backend": {
        "titles": ["Développeur logiciel", "Développeuse ou développeur dorsal", "Concepteur logiciel"],
        "department": "Ingénierie",
        "pay": (90000, 120000),
        "skills": ["Java", "PostgreSQL", "Kubernetes", "Python", "Go", "Redis"],
        "duties": [
            "Concevoir des services en {0} qui tiennent le jour le plus achalandé de l'année.",
            "Découper un monolithe, une frontière à la fois.",
            "Écrire des migrations {1} sans interrompre les clients.",
            "Relire le code pour que le prochain changement soit plus simple.",
            "Assurer une garde une semaine sur six, rémunérée.",
        ],
        "needs": [
            "Quatre ans d'expérience en développement.",
            "Bonnes bases en {1} et en conception d'API.",
            "Expérience de {2} en production, un atout.",
            "Esprit d'équipe et goût du travail bien fini.",
        ],
    },
    "nurse": {
        "titles": [
            "Infirmière ou infirmier clinicien",
            "Infirmière auxiliaire",
            "Infirmier en soins à domicile",
        ],
        "department": "Soins",
        "pay": (72000, 96000),
        "hourly": True,
        "skills": ["évaluation clinique", "soins de plaies", "triage", "tenue de dossiers"],
        "duties": [
            "Évaluer les usagers en début de quart et planifier la journée avec eux.",
            "Administrer les médicaments selon les normes de l'Ordre.",
            "Assurer les {1} avec la famille.",
            "Tenir les dossiers complets avant la relève.",
            "Accompagner les stagiaires.",
        ],
        "needs": [
            "Membre en règle de l'Ordre.",
            "Certificat de RCR à jour.",
            "Une année d'expérience; finissants bienvenus de jour.",
            "Permis de conduire pour les visites.",
        ],
    },
    "accountant": {
        "titles": ["Comptable", "Technicien comptable", "Contrôleuse ou contrôleur financier"],
        "department": "Finances",
        "pay": (60000, 84000),
        "skills": ["Excel", "IFRS", "conciliation bancaire", "taxes"],
        "duties": [
            "Fermer le mois en cinq jours ouvrables.",
            "Préparer les déclarations de taxes fédérales et provinciales.",
            "Expliquer les écarts en deux phrases.",
            "Payer les fournisseurs à temps et sans doublon.",
            "Collaborer avec les vérificateurs.",
        ],
        "needs": [
            "Titre de CPA ou en voie de l'obtenir.",
            "Trois ans d'expérience en fin de mois.",
            "Excellente maîtrise d'{0}.",
            "Discrétion et précision.",
        ],
    },
    "sales": {
        "titles": ["Représentant aux ventes", "Conseillère ou conseiller à la clientèle"],
        "department": "Ventes",
        "pay": (55000, 85000),
        "skills": ["CRM", "négociation", "prospection", "service bilingue"],
        "duties": [
            "Rencontrer des entreprises qui ne nous connaissent pas encore.",
            "Faire la démonstration à partir du problème du client.",
            "Tenir le {0} à jour, y compris les mauvaises nouvelles.",
            "Rappeler chaque client après quatre-vingt-dix jours.",
        ],
        "needs": [
            "Deux ans de vente aux entreprises.",
            "Bilinguisme français et anglais.",
            "Permis de conduire; déplacements en région.",
        ],
    },
    "designer": {
        "titles": ["Conceptrice ou concepteur UX", "Designer de produit"],
        "department": "Design",
        "pay": (72000, 100000),
        "skills": ["Figma", "prototypage", "recherche utilisateur", "accessibilité"],
        "duties": [
            "Dessiner dans {0} des parcours qu'on termine sans aide.",
            "Tester avec cinq personnes, corriger, recommencer.",
            "Entretenir la bibliothèque de composants.",
            "Rédiger aussi les mots à l'écran, en français d'abord.",
        ],
        "needs": [
            "Un portfolio qui montre aussi les brouillons.",
            "Trois ans en produit numérique.",
            "Connaissance des règles d'accessibilité.",
        ],
    },
    "trades": {
        "titles": ["Électricienne ou électricien", "Mécanicien industriel", "Soudeur"],
        "department": "Opérations",
        "pay": (64000, 88000),
        "hourly": True,
        "skills": ["lecture de plans", "entretien préventif", "automates", "sécurité"],
        "duties": [
            "Installer et réparer l'équipement de trois sites.",
            "Faire l'{1} à temps pour éviter les appels de nuit.",
            "Lire les plans, commander les pièces, tenir le camion en ordre.",
            "Montrer la bonne façon aux apprentis.",
        ],
        "needs": [
            "Carte de compétence valide.",
            "Cours de santé et sécurité sur les chantiers.",
            "Permis de conduire; garde une semaine sur cinq.",
        ],
    },
    "people": {
        "titles": ["Adjointe administrative", "Conseiller en ressources humaines"],
        "department": "Ressources humaines",
        "pay": (50000, 70000),
        "skills": ["recrutement", "accueil", "Office", "paie"],
        "duties": [
            "Accueillir les nouveaux et répondre aux questions de paie et de congés.",
            "Organiser les rencontres et en garder la trace.",
            "Suivre les candidatures du premier appel au premier jour.",
            "Garder nos politiques courtes et conformes.",
        ],
        "needs": [
            "Deux ans d'expérience dans un poste semblable.",
            "Très bon français écrit.",
            "Sens de l'organisation et discrétion.",
        ],
    },
}

OPENINGS = [
    "Nous cherchons une personne pour le poste de {title} dans notre équipe {team} à {place}.",
    "Notre équipe {team} de {n} personnes s'agrandit : {title}, c'est peut-être vous.",
    "Il s'agit d'un nouveau poste de {title}, basé à {place}.",
]
MODELS = {
    "remote": ["Le télétravail est possible partout au Canada; nous nous réunissons deux fois par an."],
    "hybrid": [
        "Mode hybride : deux ou trois jours par semaine à {place}.",
        "Présence à {place} le mardi et le jeudi, le reste à votre choix.",
    ],
    "onsite": ["Le travail se fait sur place, à {place}; le transport en commun est remboursé."],
    "unknown": ["Parlons du lieu de travail dès le premier appel."],
}
BENEFITS = [
    "Quatre semaines de vacances dès la première année.",
    "Assurance collective dès le premier jour.",
    "REER avec contribution de l'employeur.",
    "Budget de formation de 1 500 $ par an.",
    "Congé parental bonifié.",
    "Horaire d'été et conciliation travail-famille.",
]
CLOSINGS = [
    "Envoyez votre CV; la lettre est facultative.",
    "Nous souscrivons au principe d'égalité des chances et offrons des mesures d'adaptation.",
    "Les entrevues commencent la semaine du 30 novembre.",
    "Chaque candidature est lue par une personne et reçoit une réponse.",
]
HEADINGS = [
    ("Vos responsabilités", "Votre profil", "Ce que nous offrons"),
    ("Le travail", "Vous", "Nous"),
    ("Mandat", "Exigences", "Avantages"),
]
