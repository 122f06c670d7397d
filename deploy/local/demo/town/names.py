"""What people and streets of the sample town are called. Any likeness to a living person is chance."""

GIVEN = (
    "Alice", "Amir", "Angela", "Anna", "Arthur", "Barbara", "Beth", "Brian", "Carl", "Charlotte", "Dale", "Daniel",
    "Deborah", "Dennis", "Diane", "Edith", "Elena", "Emily", "Frank", "George", "Grace", "Hannah", "Harold", "Helen",
    "Henry", "Irene", "Jack", "James", "Janet", "Jean", "Joel", "Karen", "Keith", "Laura", "Leah", "Linda", "Louis",
    "Marcus", "Martha", "Megan", "Mei", "Nancy", "Nora", "Oliver", "Owen", "Patricia", "Paul", "Priya", "Rachel",
    "Ralph", "Ruth", "Samuel", "Sarah", "Sheila", "Simon", "Stella", "Theresa", "Thomas", "Victor", "Walter", "Wendy",
)  # fmt: skip
FAMILY = (
    "Abbott", "Adler", "Barnes", "Becker", "Bishop", "Boyd", "Burke", "Carver", "Chen", "Clarke", "Cole", "Dalton",
    "Decker", "Doyle", "Ellis", "Fischer", "Foster", "Garner", "Gibbs", "Hale", "Hansen", "Hayes", "Holt", "Ingram",
    "Jensen", "Kane", "Keller", "Kim", "Lambert", "Lang", "Larsen", "Lowe", "Marsh", "Mercer", "Nash", "Nguyen",
    "Norris", "Olsen", "Park", "Patel", "Pierce", "Quinn", "Ramsey", "Reed", "Roth", "Sawyer", "Schmidt", "Shaw",
    "Stone", "Sutton", "Tate", "Tran", "Vance", "Wagner", "Walsh", "Webb", "Weber", "West", "Yates", "Young",
)  # fmt: skip
SPANISH_GIVEN = (
    "Alejandro", "Ana", "Beatriz", "Carlos", "Carmen", "Diego", "Elena", "Emilio", "Esperanza", "Fernando", "Graciela",
    "Héctor", "Inés", "Javier", "José", "Lucía", "Luis", "Marisol", "Mateo", "Pilar", "Ramón", "Rosa", "Sofía", "Tomás",
)  # fmt: skip
SPANISH_FAMILY = (
    "Álvarez", "Castillo", "Cruz", "Delgado", "Espinoza", "Flores", "García", "Guerrero", "Herrera", "Ibarra", "Lozano",
    "Medina", "Morales", "Núñez", "Ortega", "Peña", "Quintero", "Ramírez", "Rivera", "Salazar", "Soto", "Vargas",
)  # fmt: skip
SHOPS = (
    "Bakery", "Car Wash", "Dental Office", "Diner", "Feed and Seed", "Hardware", "Laundry", "Nursery", "Pharmacy",
    "Veterinary Clinic",
)  # fmt: skip
STREETS = (
    "Aspen Ct", "Birch St", "Buckeye Ave", "Canal Dr", "Cottonwood Ln", "Covey Ct", "Elm St", "Grand Mesa Dr",
    "Harvest Moon Dr", "Juniper Dr", "Kern St", "Larch Dr", "Locust St", "Main St", "Maple Dr", "Meadow View Ln",
    "Oak St", "Orchard Way", "Pelican Lakes Pt", "Pine Dr", "Poudre Bay", "Prairie Rose Ct", "Red Hawk Way",
    "Riverplace Dr", "Sage Ave", "Stone Mountain Dr", "Sunflower Ct", "Sycamore Dr", "Walnut St", "Willow Springs Way",
)  # fmt: skip
ELSEWHERE = (("Fort Collins", "CO", "80524"), ("Greeley", "CO", "80634"), ("Loveland", "CO", "80538"))
MAIL_DOMAINS = ("example.com", "example.net", "example.org")
