type Several<T> = readonly [T, ...T[]];

interface Name {
  /** In the script of the place. */
  readonly shown: string;
  /** For e-mail addresses. */
  readonly latin: string;
}

interface City {
  readonly name: string;
  readonly state: string | null;
  /** "#" stands for a digit. */
  readonly postalCode: string;
}

/** What people of one country are made of. */
export interface Place {
  readonly country: string;
  readonly given: Several<Name>;
  readonly family: Several<Name>;
  readonly familyFirst: boolean;
  /** Between the two names. */
  readonly joint: string;
  readonly firms: Several<string>;
  readonly cities: Several<City>;
  /** "0" stands for the house number. */
  readonly streets: Several<string>;
  readonly details: Several<string>;
  /** "#" stands for a digit; at most 20 characters. */
  readonly phones: Several<string>;
  readonly domains: Several<string>;
}

const latin = (shown: string, plain = shown): Name => ({ shown, latin: plain });
const city = (name: string, state: string | null, postalCode: string): City => ({
  name,
  state,
  postalCode,
});

const western = { familyFirst: false, joint: " " } as const;

export const places: Several<Place> = [
  {
    ...western,
    country: "US",
    given: [
      latin("Olivia"),
      latin("James"),
      latin("Renée", "renee"),
      latin("Mary-Ann", "mary-ann"),
    ],
    family: [
      latin("Johnson"),
      latin("O’Neill", "o'neill"),
      latin("Nguyen"),
      latin("St. Clair", "stclair"),
    ],
    firms: ["Hardware", "Bakery", "Studio", "Consulting"],
    cities: [
      city("San Francisco", "CA", "941##"),
      city("Austin", "TX", "787##"),
      city("Boston", "MA", "021##"),
    ],
    streets: ["0 Market Street", "0 Elm Ave", "PO Box 0"],
    details: ["Apt 4B", "Suite 210"],
    phones: ["+1 415 555 01##", "(512) 555-01##", "+1617555####"],
    domains: ["example.com", "mail.example.com", "shop.example"],
  },
  {
    ...western,
    country: "DE",
    given: [
      latin("Jürgen", "juergen"),
      latin("Anna"),
      latin("Zoë", "zoe"),
      latin("Karl-Heinz", "karl-heinz"),
    ],
    family: [
      latin("Müller", "mueller"),
      latin("Groß", "gross"),
      latin("von der Heide", "vonderheide"),
      latin("Schmidt"),
    ],
    firms: ["Bäckerei", "Architekturbüro", "Tischlerei", "Praxis"],
    cities: [
      city("Berlin", null, "10###"),
      city("München", "Bayern", "80###"),
      city("Köln", null, "50###"),
    ],
    streets: ["Hauptstraße 0", "Am Markt 0", "Königsallee 0"],
    details: ["3. OG", "Hinterhaus"],
    phones: ["+49 30 ########", "0221 ######", "+49 (0)89 ######"],
    domains: ["beispiel.example", "post.example.org", "example.com"],
  },
  {
    ...western,
    country: "FR",
    given: [latin("Chloé", "chloe"), latin("Jean-Luc", "jean-luc"), latin("Gaël", "gael")],
    family: [latin("Lefèvre", "lefevre"), latin("d’Aubigné", "daubigne"), latin("Martin")],
    firms: ["Atelier", "Boulangerie", "Cabinet"],
    cities: [city("Paris", null, "750##"), city("Lyon", null, "6900#")],
    streets: ["0 rue de l’Église", "0 bis, avenue Foch"],
    details: ["Bâtiment C", "Escalier 2"],
    phones: ["+33 6 ## ## ## ##", "01 ## ## ## ##"],
    domains: ["courrier.example", "example.org"],
  },
  {
    ...western,
    country: "MX",
    given: [latin("José María", "josemaria"), latin("Íñigo", "inigo"), latin("Guadalupe")],
    family: [
      latin("Hernández García", "hernandez"),
      latin("Peña", "pena"),
      latin("Núñez", "nunez"),
    ],
    firms: ["Panadería", "Taller", "Consultoría"],
    cities: [city("Ciudad de México", "CDMX", "06###"), city("Mérida", "Yucatán", "97###")],
    streets: ["Calle 5 de Mayo 0", "Av. Reforma 0"],
    details: ["Int. 12", "Piso 3"],
    phones: ["+52 55 #### ####", "+52 999 ### ####"],
    domains: ["correo.example", "example.net"],
  },
  {
    country: "JP",
    familyFirst: true,
    joint: " ",
    given: [latin("太郎", "taro"), latin("さくら", "sakura"), latin("ケンジ", "kenji")],
    family: [latin("山田", "yamada"), latin("佐藤", "sato"), latin("渡邊", "watanabe")],
    firms: ["株式会社", "合同会社", "有限会社"],
    cities: [city("渋谷区", "東京都", "150-####"), city("京都市", "京都府", "600-####")],
    streets: ["神南1丁目0", "烏丸通0番地"],
    details: ["メゾン青葉 301", "5階"],
    phones: ["+81 3-####-####", "090-####-####"],
    domains: ["rei.example", "example.com"],
  },
  {
    country: "KR",
    familyFirst: true,
    joint: "",
    given: [latin("민준", "minjun"), latin("서연", "seoyeon")],
    family: [latin("김", "kim"), latin("이", "lee"), latin("박", "park")],
    firms: ["주식회사", "카페"],
    cities: [city("서울", null, "04###"), city("부산", null, "48###")],
    streets: ["세종대로 0", "해운대로 0"],
    details: ["101동 1203호", "2층"],
    phones: ["+82 2-###-####", "+82 10-####-####"],
    domains: ["seoul.example", "example.net"],
  },
  {
    ...western,
    country: "GR",
    given: [latin("Ελένη", "eleni"), latin("Γιώργος", "giorgos")],
    family: [latin("Παπαδοπούλου", "papadopoulou"), latin("Νικολαΐδης", "nikolaidis")],
    firms: ["Ταβέρνα", "Γραφείο"],
    cities: [city("Αθήνα", "Αττική", "105 ##"), city("Θεσσαλονίκη", null, "546 ##")],
    streets: ["Οδός Ερμού 0", "Τσιμισκή 0"],
    details: ["2ος όροφος", "Διαμ. 5"],
    phones: ["+30 21# ### ####", "+30 69# ### ####"],
    domains: ["alpha.example", "example.org"],
  },
  {
    ...western,
    country: "UA",
    given: [latin("Олена", "olena"), latin("Тарас", "taras")],
    family: [latin("Шевченко", "shevchenko"), latin("Ґудзь", "gudz")],
    firms: ["Кав’ярня", "Майстерня"],
    cities: [city("Київ", null, "01###"), city("Львів", "Львівська область", "79###")],
    streets: ["вул. Хрещатик, 0", "пл. Ринок, 0"],
    details: ["кв. 17", "офіс 3"],
    phones: ["+380 44 ### ## ##", "+38067#######"],
    domains: ["poshta.example", "example.com"],
  },
  {
    ...western,
    country: "EG",
    given: [latin("محمد", "mohamed"), latin("ليلى", "layla")],
    family: [latin("حسن", "hassan"), latin("عبد الرحمن", "abdelrahman")],
    firms: ["شركة", "مكتب"],
    cities: [city("القاهرة", null, "115##"), city("الإسكندرية", null, "215##")],
    streets: ["شارع النيل 0", "شارع فؤاد 0"],
    details: ["الدور الثالث", "شقة 8"],
    phones: ["+20 2 #### ####", "+20 10 #### ####"],
    domains: ["barid.example", "example.net"],
  },
  {
    ...western,
    country: "IN",
    given: [latin("प्रिया", "priya"), latin("Arjun")],
    family: [latin("शर्मा", "sharma"), latin("Iyer")],
    firms: ["Traders", "दुकान"],
    cities: [city("Mumbai", "Maharashtra", "4000##"), city("Chennai", "Tamil Nadu", "6000##")],
    streets: ["0, MG Road", "Plot 0, Sector 7"],
    details: ["Near City Mall", "2nd Floor"],
    phones: ["+91 22 #### ####", "+91 98#######0"],
    domains: ["daak.example", "example.com"],
  },
];
