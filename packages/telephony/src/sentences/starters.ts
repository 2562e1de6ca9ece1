/**
 * Words that, written with a capital letter, show that a new sentence has begun. In German every noun has a capital
 * letter, so that these decide after "usw.", "Str." and after a day of the month: "am 3. Passt das?".
 */
const STARTERS: Readonly<Record<string, string>> = {
  de: `der die das dem den des ein eine einen einem einer ich wir sie er es ihr man mein meine meinen meinem
    unser unsere unseren unserem unserer ihre ihren ihrem ihrer sein seine dieser diese dieses diesen diesem jeder
    jede jedes alle alles beide viele manche einige kein keine keinen niemand jemand etwas nichts wer wen wem was wie
    wo wann warum wieso weshalb wohin woher womit wofür welche welcher welches welchen welchem und oder aber denn doch
    sondern also dann danach dort da damit dafür davon dazu dabei daher darum deshalb deswegen dennoch trotzdem
    jetzt nun heute morgen gestern bald gleich sofort später vorher nachher zuerst zunächst anschließend außerdem
    zudem übrigens leider natürlich gerne gern bitte danke vielen ja nein nicht auch nur noch schon so hier wenn
    falls weil obwohl während bevor nachdem sobald solange ob dass als bis seit ab in im an am auf aus bei beim mit
    ohne nach vor von vom zu zum zur für um über unter zwischen gegen durch wegen trotz laut statt neben hinter
    möchten möchtest möchte wollen willst will können können kann könnten könnte sollen soll sollte sollten dürfen
    darf dürfte müssen muss müssten haben hat hatten habe hätten hätte sind ist war waren wäre wären bin seid werden
    wird würden würde würdest passt passen stimmt geht gehen gibt gilt reicht klingt brauchen braucht kommen
    kommt rufen bringen drücken sagen geben nennen warten bleiben schauen melden schreiben halten nehmen achten
    beachten klingeln fahren steigen biegen folgen fragen buchstabieren wiederholen besuchen klicken wählen öffnen
    sprechen hören legen lassen machen mögen wissen kennen benötigen wünschen interessieren suchen seien
    vergessen zahlen bezahlen sonst ansonsten andernfalls allerdings jedoch insgesamt normalerweise meistens
    manchmal oft immer nie vielleicht wahrscheinlich eventuell selbstverständlich schön gut prima super perfekt
    okay ok alles vielleicht zusätzlich alternativ spätestens frühestens ungefähr etwa rund samstags sonntags
    montags dienstags mittwochs donnerstags freitags werktags abends morgens mittags nachts nachmittags vormittags
    mehr weniger wieder mindestens höchstens fast ganz sehr besonders zumindest hauptsächlich eigentlich
    hoffentlich offenbar notfalls entweder sowohl weder je sofern soweit somit folglich kurz lieber besser
    sonstige weitere bisher seitdem inzwischen mittlerweile tatsächlich genau richtig hallo guten tut
    dadurch darin darauf daran darüber hierfür hierzu hiermit entschuldigung entschuldigen verzeihung freut`,
  en: `i we you he she it they the a an this that these those there here our your my his her its their please if
    when while once since until after before although because as so then also and but or yes no not thanks thank
    would could can do does did is are was were will shall should have has had may might must let what where which
    who whom whose why how for in on at to from with without by during about unless until of into over under
    unfortunately however otherwise sorry okay ok great sure right well just only even press call bring take
    turn tell give say wait hold stay visit check come go ask ring use walk look leave send write enter call any
    all both each every some most many one two three no nobody someone today tomorrow tonight now later next first
    finally usually normally sometimes always never maybe perhaps alternatively additionally meanwhile doors let's
    don't didn't isn't aren't we're that's what's it's there's i'm i'll i've i'd hello hi good goodbye bye anything
    everything nothing something want need see love feel keep make get pick meet try remember note simply depending
    that'll you'll you're they're we'll we've can't won't parking admission entry tickets delivery`,
  fr: `le la les l un une des ce cet cette ces c ça cela je j tu il elle on nous vous ils elles mon ma mes notre
    nos votre vos son sa ses leur leurs et ou mais donc car si s quand lorsque comme comment combien où pourquoi que
    qu qui quel quelle quels quelles est êtes avez voulez pouvez puis souhaitez d'accord merci oui non bien dans en à
    au aux de du d pour avec sans chez sur sous entre avant après pendant depuis ensuite alors aussi ici là il n ne
    pas tout tous toute toutes aujourd hier demain maintenant malheureusement bonjour bonne parfait veuillez lequel laquelle lesquels
    lesquelles quant cordialement excellent désolé vraiment peut-être enfin puis appelez
    attendez venez apportez appuyez restez dites`,
  es: `el la los las lo un una unos unas este esta estos estas ese esa eso esto yo tú él ella usted nosotros ellos
    ellas ustedes mi su sus nuestro nuestra y o pero si cuando como cómo cuándo dónde qué quién cuál cuánto por para
    con sin en de del a al desde hasta entre sobre después antes luego entonces también hoy mañana ahora sí no
    gracias hay es son está están tiene tienen puede pueden quiere necesita llame venga traiga espere pulse diga
    cuáles cuántos cuántas adónde
    además quizás tal lo siento vale claro espere llámenos todo toda todos todas perfecto bien buenos buenas hola le se me nos aquí allí lamentablemente`,
  it: `il lo la i gli le l un uno una questo questa questi queste quello quella io lei lui noi voi loro mio mia suo
    sua nostro nostra e o ma se quando come dove cosa chi quale quanto perché per con senza in nel nella di del della
    a al alla da dal dalla su tra fra dopo prima poi allora anche oggi domani ora sì no grazie è sono ha hanno può
    possono vuole chiami venga porti aspetti prema dica quali quanti quante però inoltre forse
    certo mi dispiace suoni tutto tutta tutti tutte perfetto bene buongiorno ci si mi
    qui lì purtroppo`,
  nl: `de het een dit dat deze die ik wij we u jij je hij zij ze er hier daar mijn uw onze ons zijn haar hun en of
    maar dus want als wanneer hoe wat waar wie welke waarom waarmee bij in op aan van voor met zonder naar tot tussen
    na daarna dan ook nu vandaag morgen gisteren later ja nee niet graag helaas bedankt dank kunt kan kunnen
    wilt wil heeft heb hebben is was moet mag zal zou bel kom neem breng wacht druk zeg alle alles prima goed waarheen
    waarvoor waarover hoeveel misschien daarom verder eerst even welkom betaalt`,
};

/** A verb or pronoun as second word shows that the noun before it began a sentence: "Termine sind", "Parken können". */
const SECOND_WORDS: Readonly<Record<string, string>> = {
  de: `sie wir ich er es ihnen man uns ist sind war waren hat haben wird werden kann können gibt kostet kosten liegt
    liegen gilt gelten geht gehen steht stehen finden findet bekommen erhalten müssen muss dürfen darf sollten`,
};

/** What may stand between a day or count and what it counts: "3. Mai", "1. Bundesliga", "2. Stock". */
const ORDINAL_FOLLOWERS: Readonly<Record<string, string>> = {
  de: `januar jänner februar feber märz april mai juni juli august september oktober november dezember jan feb mär
    apr jun jul aug sept sep okt nov dez stock stockwerk etage obergeschoss untergeschoss og ug bundesliga liga
    klasse quartal halbjahr jahrhundert jahrtausend jh platz mahnung rate advent weihnachtstag weihnachtsfeiertag
    osterfeiertag feiertag person bezirk semester trimester reihe hälfte halbzeit auflage lebensjahr schritt versuch
    mal wahl grad hand vorsitzende vorsitzender bürgermeister geburtstag jubiläum fc fassung teil tag woche monat
    jahr termin kapitel absatz satz spieltag runde gang stunde schuljahr lehrjahr stufe gruppe ebene tür straße
    kreis spalte zeile strophe akt weltkrieg wk aufl generation staffel folge besuch impfung dosis kind preis sieger rang
    durchgang vorstellung sitzung treffen fahrt auftrag ausgabe runde version teilnehmer anruf anrufer kunde gast`,
};

/** Leave no doubt that "3." behind them is an ordinal unless a sentence evidently begins. */
const ORDINAL_LEADS: Readonly<Record<string, string>> = {
  de: `am der die das dem den des im vom zum zur beim jeder jede jedes jeden jedem ihr ihre ihren ihrem ihrer unser
    unsere unseren unserem unserer mein meine meinen meinem meiner sein seine seinen seinem dein deine ein eine
    einen einem einer dieser diese dieses diesen diesem`,
};

/** Capital letters behind "p.m." that belong to it. */
const TIME_FOLLOWERS = `monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january
  february march april june july august september october november december est edt cst cdt mst mdt pst pdt gmt utc
  bst cet cest et pt ct mt eastern central mountain pacific greenwich nw ne sw se`;

/** A single letter behind these is a name, not an initial: "Plan B. Shall we?", "Vitamin C." */
const LETTER_LABELS = `plan option vitamin platform gate building block wing suite unit section terminal room hall
  level letter apartment grade class type version zone an hepatitis gebäude haus aufgang eingang halle gleis zimmer
  flügel trakt klasse typ buchstabe linie stufe tarif variante tor bahnsteig abschnitt teil punkt anlage
  bâtiment porte quai salle puerta edificio andén porta binario edificio gebouw perron deur`;

/** Written small even where a sentence begins. */
const SMALL_BRANDS = `dm adidas sipgate ebay booking.com paypal mobile.de klarna otto.de immowelt check24 trivago
  tado bahn.de ista eon e.on enercity congstar freenet winsim simyo klarmobil thyssenkrupp bofrost`;

const setOf = (words = ''): ReadonlySet<string> => new Set(words.split(/\s+/).filter(Boolean));
const setsOf = (table: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(Object.entries(table).map(([language, words]) => [language, setOf(words)]));

/** The word lists of one language, lower case. Lists that a language does not need are empty. */
export interface SentenceWords {
  starters: ReadonlySet<string>;
  secondWords: ReadonlySet<string>;
  ordinalFollowers: ReadonlySet<string>;
  ordinalLeads: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
const [starters, secondWords, followers, leads] = [
  STARTERS,
  SECOND_WORDS,
  ORDINAL_FOLLOWERS,
  ORDINAL_LEADS,
].map(setsOf);

export const timeFollowers = setOf(TIME_FOLLOWERS);
export const letterLabels = setOf(LETTER_LABELS);
export const smallBrands = setOf(SMALL_BRANDS);

/** The lists of a base language. */
export const sentenceWords = (language: string): SentenceWords => ({
  starters: starters?.get(language) ?? NONE,
  secondWords: secondWords?.get(language) ?? NONE,
  ordinalFollowers: followers?.get(language) ?? NONE,
  ordinalLeads: leads?.get(language) ?? NONE,
});
