import type { FullLanguage } from '../brain';
import { onFirstUse, pattern } from './offline-text';

/** A meaning that callers put in many words. Each match is replaced by its name before words are compared. */
export interface Concept {
  name: string;
  phrase: RegExp;
}

/** A name and alternatives; the lines of a row are joined by `|`. */
type Row = readonly [name: string, ...sources: string[]];

/**
 * What callers ask any small business, in the words they use. `~` is the rest of a word. Order matters: a longer
 * phrase stands before the words it is made of, since a match is consumed.
 */
const GERMAN: readonly Row[] = [
  ['online', 'email( adresse)?|mailadresse|internetseite|webseite|homepage|fax(nummer)?'],
  [
    'street',
    '~haltestelle~|u-?bahn~|s-?bahn~|mit (der|dem) (bahn|bus|straßenbahn|zug|linie)',
    '(mit )?(welcher|welche|welchem|welchen) (bahn|bus|linie|zug|tram|straßenbahn)|buslinie~',
    'nahverkehr|straßenbahn~',
  ],
  [
    'child',
    'mein~ klein(er|e|en)|kind|kindern|kindes|tochter|töchter|sohn|sohnes|söhne|baby|babys|enkel~',
    'säugling~|kleinkind~',
  ],
  [
    'open',
    'besetzt|öffnungs~|geschäftszeit~|betriebszeit~|welchen zeiten|ladenschluss|feierabend',
    'dienstschluss|zumachen|zusperren|aufsperren|erreichbar',
    '(erreiche ich|ist)<3> (jemand~|wer)( noch)? (da|in der praxis|im laden)',
    'erreiche ich<1> (jemand~|wen)|geschäftszeit~|sprechzeit~|sprechstunde|sprechstunden',
    'geschlossen|geöffnet',
  ],
  ['open', 'wie lange (haben|sind|habt|seid) (sie|ihr)( heute| morgen| denn| noch| am ~)* (da|auf|offen)'],
  [
    'open',
    '(offen|auf|zu|da) (haben|habt|hat)|auf(machen|machst|macht)|zu(machen|macht)|schließ(en|t|e)',
    'öffn(en|et|e)',
  ],
  ['open', '(haben|habt|hat|macht|machen)<5> (auf|zu|offen)(?= (heute|morgen|am|noch)|$)'],
  ['open', '(seid|sind) (sie|ihr)<4> (da|offen|erreichbar|im haus|in der praxis|im laden)'],
  [
    'open',
    '(ab|bis|von) wann (sind|seid|haben|habt|hat|ist|kann man|kann ich|arbeiten|erreiche)',
    'von wann bis wann|(ab|bis|um) wie ?viel uhr|wie lange offen',
  ],
  [
    'address',
    'navi|verkehrsmittel~|öffentlichen|stock|stockwerk|etage|wegweiser|lageplan|ortsteil',
    '(ihr~|euer|der) sitz|adresse|anschrift|standort|wegbeschreibung|anfahrt~|hausnummer|stadtteil',
    'straße|postleitzahl',
  ],
  [
    'address',
    '(finde ich|finden wir|find ich|findet man|finden) (sie|euch|zu ihnen)',
    'wo (seid ihr|sind sie)( denn| genau)?|wo muss ich<3> hin|wohin( muss| soll)?|welche hausnummer',
    'wo<3> (liegt|liegen|sitzt|sitzen) (ihre?|die|eure?|sie|ihr)',
    'wo<3> (finde|befindet sich|befinden sie sich)',
  ],
  [
    'address',
    'wie (komme ich|komm ich|kommt man|kommen wir)<4> (zu ihnen|zu euch|hin|dahin|dorthin)',
    'find(e)? (ich )?(sie|euch) nicht',
  ],
  ['address', 'wo (sind|seid|liegt|ist|befindet|befinden)<2> (sie|ihr|ihre|die|praxis|laden|geschäft)'],
  [
    'park',
    'park(en|t|e)|park(platz|plätze|möglichkeit|situation|fläche|gebühr|schein|lücke)~|hinstellen',
    'parkhaus~|tiefgarage|stellplatz|stellplätze|abstellen',
  ],
  [
    'park',
    '(auto|wagen)<2> (hin|abstellen|lassen|stehen)|mit dem (auto|wagen)',
    'stelle? (ich|wir)<4> (hin|ab)',
  ],
  [
    'cancel',
    'wechseln<4> termin|termin<3> wechseln|absag~|verschieb~|canceln|streichen|gestrichen|umlegen',
    'vorverlegen|ändern|rückgängig|(klappt|passt)<4> nicht|doch nicht',
    'termin<3> (geht|passt)<2> nicht|absagen|absage|abzusagen|stornieren|storno|verschieben',
    'verschoben|schieben|verlegen|verlege|umbuchen|abgesagt',
  ],
  ['cancel', 'dazwischen ?gekommen|kann<4> nicht kommen|schaffe?s?<4> nicht|verhindert|nicht wahrnehmen'],
  [
    'book',
    'vereinbaren|vereinbart|ausmachen|auszumachen|reservieren|anmelden|buchen|terminvereinbarung',
    'vorbeikommen',
  ],
  ['book', '(was|etwas|wieder was) frei|freien? termin~|termin~ frei|freie'],
  ['walkin', 'ohne (einen |vorherigen |festen )?(termin|anmeldung|voranmeldung)|unangemeldet|spontan'],
  ['appointment', 'termin|termine|terminen|termins|termin(wunsch|vergabe|anfrage|buchung)~'],
  [
    'pain',
    'schmerzt|schmerz~|schmerzend~|wehtun|eiter|eitert|entzündung|zahnfleischbluten|schmerz',
    'schmerzen|backe|wange|zahnschmerz~|zahnweh|pocht|pochen|pochend~|tut<2> weh|weh|wehtut|aua',
    'geschwollen~|schwellung|entzündet|blutet',
  ],
  [
    'broken',
    'stück (vom|von|des|aus)<2> (zahn|zähne|zähnen)|ausgebrochen|abgeplatzt|wackelt|locker',
    'rausgebrochen|rausgebrochen~|abgebrochen~|rausgefallen|herausgefallen|gebrochen|ausgeschlagen',
    'kaputt',
  ],
  ['filling', 'füllung|füllungen|plombe|plomben|inlay'],
  ['emergency', 'notfall|notfälle|notdienst|bereitschaftsdienst|dringend~ (hilfe|fall)'],
  ['pay', '(be)?zahlung~|zahlungs~|bezahl~|bezahle|bezahlt|zahlen|zahle|zahlt|begleichen|überweisung'],
  [
    'paymeans',
    '(ec|giro|kredit|bank|geld)[- ]?karte~|girocard|google pay|mit (dem )?handy|mit karte',
    'kartenzahlung|bar|bargeld|paypal|visa|apple pay',
  ],
  [
    'instalment',
    'abstottern|abbezahlen|stückchenweise|monatlich~|auf einmal|raten|ratenzahlung|abzahlen',
    'finanzierung|finanzieren',
  ],
  [
    'price',
    'gebühr|gebühren|kostenpunkt|tarif|tarife|was macht das|preislich|was (kostet|kosten)',
    'wie ?viel (kostet|kosten)|kostet|kosten|preis|preise|preisliste|teuer|wie ?viel',
  ],
  ['price', 'was (nehmen|nehmt|verlangen|verlangt|berechnen) (sie|ihr) (für|pro)|muss ich für<3> bezahlen'],
  [
    'insurance',
    'krankenkasse~|versicherung|versicherungen|techniker|ikk|bkk|kasse|kassen|kassenpatient~',
    'versicher(t|te|ten|ter)|kassen~|kranken(kasse|versicher|schein|karte)~|versicherten~|private',
    'privat(patient|versichert|kasse|versicherung)~|krankenversicher~|aok|tk|barmer|dak',
    'privatpatient~|privatpraxis',
  ],
  ['insurance', 'gesetzlich~|privat|versichertenkarte|gesundheitskarte|versicherungskarte'],
  [
    'newcomer',
    'neue~ patient~|neupatient~|neu(er|e|en)? kunde~|neukund~|noch nie (bei ihnen|da|hier)',
    '(zu ihnen|den (zahn)?arzt|die praxis) wechseln|neu anfangen|zum ersten mal',
  ],
  [
    'newcomer',
    '(suche|such|brauche)<2> (neuen )?(zahnarzt|hausarzt|arzt)|her ?gezogen|umgezogen|hin ?gezogen',
    'neu hier|erstes mal|erstbesuch|ersttermin|zum ersten mal|noch nie (in|bei|da|hier)',
    'noch nicht bei ihnen|nehmen<3> patient~ auf|aufnahmestopp|neuaufnahme~|(noch )?kein~ patient~',
    'neu in der stadt|neu zugezogen',
  ],
  [
    'access',
    'rollstuhlfahrer~|rolli|rampe|gehhilfe~|behindert~|schlecht zu fuß|rollstuhl~|rollator~',
    'barriere~|aufzug|fahrstuhl|lift|treppe~|stufen~|gehbehindert~|kinderwagen|stufenlos|ebenerdig',
    'krücken|gehhilfe',
  ],
  [
    'clean',
    'professionelle reinigung|reinigung|zahnstein',
    '(zähne|zähnen)<3> (reinigen|putzen|säubern|sauber)<2> lassen|zahnreinigung~|prophylaxe|pzr',
    'zahnsteinentfernung',
  ],
  ['duration', 'wie lange (dauert|dauern)|dauert|dauer|wartezeit~'],
  [
    'check',
    'checkup|check up|durchchecken|routineuntersuchung|kontrolle|kontrolltermin|vorsorge~',
    'nachschauen|untersuchung~|durchsicht',
  ],
  ['deliver', 'liefern|liefert|lieferung|versand~|verschicken|versenden'],
  ['warranty', 'garantie|gewährleistung'],
  ['repair', 'reparieren|reparatur~|repariert|instandsetz~'],
];

const ENGLISH: readonly Row[] = [
  ['online', 'email( address)?|website|web site|web page|fax( number)?'],
  ['worktravel', '(cycle|bike|ride) ?(to|2) ?work|cyclescheme|bike2work'],
  ['employer', 'employer|boss|through work'],
  ['secondhand', 'second hand|used|refurbished|pre owned|preowned|reconditioned'],
  ['tradein', 'trade(d)?<4> in|swap~|part exchange|trade in|part ex'],
  ['ebike', 'ebike|ebikes|electric (bike|bicycle|cycle)s?|pedelec~|motor|motors'],
  ['when', 'close by|close to|nearby|near'],
  [
    'duration',
    '(it|that|they)? ?takes? (long|days|ages|a while)|how (soon|quickly|fast)',
    'when<2> (will|would|can)<2> (be )?done',
  ],
  ['open', '(latest|earliest)<3> (come|visit|get|drop|arrive)'],
  [
    'open',
    '(opening|business|trading|office|store|shop) (hours|times)|open|opens|opened|closed|close',
    'closes|shut|shuts',
  ],
  [
    'open',
    '(your|the|shop|saturday|sunday|weekend|weekday) times',
    '(anybody|anyone|someone) (in|at|there)( the)?( shop| store)?(?= on| at| ~day|$)|what days',
  ],
  [
    'open',
    '(till|until|from) (when|what time)|(are|will) you (there|in|around)|what hours|your hours',
    'hours',
  ],
  [
    'address',
    'address|located|location|directions|postcode|post code|zip code|sat nav',
    '(which|what) (street|road)|map|maps|whereabouts',
  ],
  [
    'address',
    'where<3> is your (shop|store|business|workshop|place)',
    'where<1> (are you|is (the|your) (shop|store|business|office|workshop|place))( (based|located))?',
    'where you are|where (do|should|must) i (have to |need to )?(go|come)',
  ],
  ['open', 'what time<3> (come|visit|pop)|how late'],
  ['address', '(how|where)<3> (find|reach) you|(get|come) to (you|the shop|your shop|your place)'],
  [
    'transit',
    'tube (stop|station)|(which|what) (bus|train|line|tube)|public transport|bus stop|(the|by) tube',
    '(train|bus|underground|metro) (station|stop)|station',
  ],
  ['park', 'pull up|park|parking|car park|parked|leave (my|the) (car|van)|garage|loading bay|unload~'],
  ['cancel', 'cancel~|reschedul~|postpone~|(move|change) (my|the) (appointment|booking)'],
  [
    'duration',
    'how many days|how long (does|do|will|would|is|are|until|for|to|can|should)|turnaround~',
    'same day|waiting time|(long|much) (of a )?wait|lead time',
  ],
  ['duration', 'when (would|will|do) i get<3> back|how soon'],
  ['waiting', '(while|whilst) (i|you|we) wait|on the spot'],
  [
    'book',
    'without (an? )?(appointment|booking|reservation)|turn up|show up|come (by|round|in|over)|book',
    'booked|booking|bookings|appointment~|reserv~|slot|slots|drop in|walk in|bring<3> in',
  ],
  [
    'puncture',
    'puncture~|flat(?! (in|for|upstairs|above|share))|flat (tyre|tire)|(inner )?tubes?',
    '(tyre|tire)s?<2> flat|lost<2> air|gone flat|went flat|chang~<2> (tyre|tire|tubes?)|tyre|tyres',
    'tire',
  ],
  [
    'ready',
    '(get|fetch) my bike back|come and (get|fetch)|news<1> my|ready|finished|collect|pick<3> up',
    'repair<1> done|is my<2> done|checking on',
  ],
  ['ready', '(about|on|of) (my|the|a) (repair|bike)<2>|dropped<3> off'],
  [
    'instalment',
    'spread<2> (payments?|costs?)|(pay|payment)<2> (monthly|over time|in parts|plan)|instal?lment~',
    'finance|financing|monthly payments|pay monthly',
  ],
  ['paymeans', '(credit |debit |bank )?cards?|cash|contactless|paypal|apple pay|visa|mastercard|cheque~'],
  ['pay', '(payment|paying) (methods?|options?)|ways? to pay|pay|pays|paying|payment|payments'],
  ['price', 'how (much|expensive)|price~|cost|costs|charge|charges|rates|fee|fees|expensive'],
  ['repair', 'repair|repairs|repaired|repairing|fix|fixes|fixed|fixing|mend|mends|mended'],
  ['service', 'service|services|serviced|servicing|tune up|tuneup'],
  ['parts', 'parts'],
  ['sell', 'sell|sells|selling|stock|stocks'],
  ['bike', 'bike|bikes|bicycle|bicycles|cycle'],
  ['buy', 'buy|buys|buying|purchase~'],
  ['insurance', 'insurance|insured|insurer~'],
  ['access', 'wheelchair~|accessib~|step free|lift|elevator'],
  ['deliver', 'deliver~|ship|shipping|shipped|post'],
  ['warranty', 'warrant~|guarantee~'],
  ['newcomer', 'new (patient|customer|client)s?|first time|never been'],
  ['child', 'child|children|kid|kids|son|daughter|baby|toddler~'],
  ['pain', 'pain|painful|hurts?|hurting|ache|aching|toothache|swollen'],
  ['emergency', 'emergenc~|urgent'],
];

const compile = (rows: readonly Row[], language: FullLanguage): Concept[] =>
  rows.map(([name, ...sources]) => ({ name: `@${name}`, phrase: pattern(sources.join('|'), language) }));

/**
 * Concepts that name a topic by themselves: whoever says "park" asks about parking, whatever else is said. The
 * others are frames ("what does it cost", "do you sell"), in which the other word is the topic.
 */
export const TOPICS: ReadonlySet<string> = new Set(
  [
    ...['transit', 'park', 'cancel', 'pain', 'broken', 'emergency', 'paymeans', 'instalment'],
    ...[
      'insurance',
      'newcomer',
      'access',
      'clean',
      'worktravel',
      'secondhand',
      'tradein',
      'ebike',
      'puncture',
    ],
    ...['ready', 'appointment', 'child', 'walkin'],
  ].map((name) => `@${name}`),
);

/** The concepts of each language, in the order in which they are looked for. */
export const CONCEPTS: Readonly<Record<FullLanguage, readonly Concept[]>> = onFirstUse(
  { de: GERMAN, en: ENGLISH },
  compile,
);
