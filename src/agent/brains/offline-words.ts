import type { FullLanguage } from '../brain';

/** Words that say nothing about the topic of a question: grammar, politeness, fillers of speech. Folded on use. */
export const SMALL_WORDS: Readonly<Record<FullLanguage, string>> = {
  de: `
    ich du er sie es wir ihr man mich mir dich dir ihm ihn ihnen uns euch mein meine meinen meinem meiner
    dein deine ihre ihren ihrem ihrer unser unsere eure euer sein seine sich selbst wer was wie wo wann
    warum wieso welche welcher welches welchen welchem der die das den dem des ein eine einen einem einer
    eines nen ner ne nem n dies diese diesen dieser dieses diesem jene jener und oder aber doch sondern denn
    weil da dass ob wenn als also so dann damit deshalb in im ins an am ans auf aus bei beim bis durch für
    gegen mit nach ohne seit über um unter von vom vor zu zum zur zwischen wegen hin her rein raus hier dort
    dahin dabei dafür davon dazu bin bist ist sind seid war warst waren wäre wären gewesen sei werde wirst
    wird werden wurde würde würden würd habe hab hast hat haben hatte hatten hätte hätten hätt gehabt kann
    kannst können könnt konnte könnte könnten muss musst müssen müsste soll sollen sollte sollten will
    willst wollen wollte wollten möchte möchten möcht mag darf dürfen dürfte lassen lass mache machst macht
    machen gemacht tu tue tun tut getan gehe geht gehen ging komme kommt kommen komm gibt gib geben nehmen
    nehme nimmt bekomme bekommen kriege kriegen krieg brauche brauchen bräuchte bräuchten brauch sage sagen
    sag sagt wissen weiß weißt frage fragen frag anfragen suche suchen sehe sehen bieten bietet angeboten
    anbieten interessieren interessiert arbeiten arbeitet ja nein nee nö jo okay ok gut gute guten guter
    gutes gern gerne bitte danke mal einmal schon noch auch nur ja eigentlich eben gerade grad vielleicht
    etwa ungefähr ganz sehr ziemlich wirklich leider einfach jetzt nun nämlich halt quasi sozusagen
    irgendwie überhaupt genau alles etwas was irgendwas nichts viel viele mehr wenig kurz schnell nicht kein
    keine keinen keinem keiner möglich möglichkeit geht's heute nochmal wieder immer äh ähm öh hm hmm mh na
    ach oh naja tja gell ne nich sorry entschuldigung verzeihung entschuldigen hallo hi hey tag morgen abend
    moin servus grüß gott grüezi herr herrn frau name kurze information auskunft infos info zeit lang lange wäre's
    alle allen aller anderen andere anderer beide beiden jeder jede jeden paar vorbeischauen reinschauen
    vorbei kommend gilt gelten gültig regulär üblich übliche anschauen ansehen sofern wäret gäbe ginge hieße
    käme läge bräuchten nummer besuchen betrag unter drin möglichst bald läuft bescheid wusste ebenfalls
    gestern übrigens fürs ans aufs beim vors tür eingang vorn problem schlimme schlimmen seite ewig
    angewiesen stuhl essen fragte wünschte melde hä was'n müsst klappt klappen hinkriegen hinbekommen regeln
    rauskriegen rausfinden ungefähre apparat leitung telefon stelle zeiten tagen mittlerweile inzwischen
    zumindest wenigstens mindestens höchstens zeigen zeigt interessiere interesse unbedingt erledigen
    erledigt brauchst dürft dein du's rauskommen vorher nachher danach davor solche solcher sowas irgendwann
    irgendwo herausfinden lässt ließe untersuchen helfen hilft siehts gehts gibts habs hats ists kanns
    machts kenn wen wem wenden wende erreiche erreichen ach mensch habt könnt macht nehmt seid wollt müsst
    dürft sollt kommt geht wisst sagt braucht gebt sucht bietet kenne kennen kennt auskennen passt passen
    schaue schauen schaut gucken stelle stellen stellt lege legen finde finden findet laufen läuft laufe
    fahre fahren fährt bleibe bleiben bleibt halten hält einplanen planen rechnen durchgeben mitteilen
    nennen verraten erklären erzählen hören höre verstehe akzeptieren akzeptiert anbietet sollte man worauf
    wohin woher womit wofür wodurch wieviel soviel lautet lauten heißt heißen genaue genauen bisher bislang
    zurzeit derzeit momentan aktuell demnächst kurzfristig langfristig zeitnah baldmöglichst trotzdem trotz
    allerdings außerdem sowieso ansonsten sonst zusätzlich jeweils meistens manchmal oft öfter selten hoch
    runter rauf drin drinnen draußen vorne hinten oben unten rüber nahe weit entfernt umgebung gegend
    persönlich telefonisch gerne am besten bestens besser leicht schwer schwierig einfachsten reine reiner
    rein jetzt endlich plötzlich erst zuerst zuletzt letzte letzten letztes vorhin neulich zusammen
    gemeinsam allein große großer großes kleine kleiner kleines kleinen ordentlich super toll prima
    wunderbar möchten wünsche wünschen hoffe hoffen glaube glauben denke denken meine meinen heißt überlege
    überlegt angeht betrifft bezüglich grundsätzlich generell theoretisch ungern lieber eher fast beinahe
    aussteigen einsteigen ankommen reinkommen hinkommen herkommen vorstellen welchem weder sowohl akut
    zufällig mitten ihrerseits insgesamt komplett komplette kompletten sachen sache ding dinge art weise
    leute menschen person personen kollege platz gelöst selber quasi bloß denen deren dessen einiges einige
    bisschen stehe steht steh stehen sitze sitzt sitzen nähe per rum daran dran furchtbar furchtbare
    furchtbaren schrecklich schreckliche schlimm stark starke starken höllisch total richtig echt dick
    nachsehen steigen steige bringe bringen mitbringen dabei holen direkt extra besonders normal
    normalerweise würden's sagten sprechen wissen rufe anrufen anruf`,
  en: `
    i you he she it we they me him her us them my your yours his its our their mine this that these those
    who what where when why how which whose a an the and or but so because if as than then of at by for with
    about into to from up down in out on off over under again here there be am is are was were been being im
    youre its thats whats ive youve weve id youd wed ill youll theres wheres hows whens isnt arent dont
    doesnt didnt wont cant couldnt have has had having do does did doing done can could may might must shall
    should will would like want wanna wanted need needed get gets got getting gotten go goes going gonna
    make makes made take takes let lets give tell say said know think wonder wondering ask asking question
    questions please thanks thank yes no yeah yep nope ok okay right well just also too only even still yet
    already really actually basically maybe perhaps possible possibly any some all both each every other
    another such more most much many few lot bit very quite um uh erm er hmm oh ah hey hi hello good morning
    afternoon evening sorry excuse pardon guys there's sir madam not nothing something anything anyone
    someone somebody thing things way now today currently moment usually normally exactly offer offers come
    comes coming able help looking look see try calling call wanting currently pop replace replacing
    straight immediately drive driving somewhat prefer prefers consider considering plus name number round
    visit keep keeps news able fitting clear several stay stays door foot closest nearest noise strange
    ringing rang phoning sort sorted handle spread ended ever once twice problem issue trouble anybody sale
    outside inside next possible soonest quickest cheapest might'd actual kind give gave offer fit fits
    fitting matter depends allowed open-ended figure manage managed sit sits whenever based whether until
    till while whilst though although however anyway instead without within near nearby close far away
    around across along front back side inside outside together alone own same different certain put puts
    set sets keep keeps leave left bring bringing brought drop dropped dropping pass turn turns run runs
    find found show shown tell told give given mean means meant hear heard speak talk happen happens
    happening use used using work works working start starts stay check checking checked let planning plan
    guess hope believe suppose understand understood appreciate accept accepts accepted cover covers covered
    include includes included provide provides handle deal available easy easily easier hard difficult quick
    fast slow big small little large old best better good nice fine somewhere somehow anywhere everything
    everyone people person bloke theres hes shes theyre were whats whos id mate please kindly cheers simply
    rather else ever never always often sometimes normally generally typically roughly approximately about
    exact exactly details advance ahead switch properly stuff bits lots plenty cant havent hasnt wasnt
    werent shouldnt wouldnt information info kind sort usual course sure love great`,
};

/** Words that mean the business itself. Names of the profile are added to them. */
export const HOUSE_WORDS: Readonly<Record<FullLanguage, string>> = {
  de: 'praxis zahnarzt zahnarztpraxis arztpraxis laden geschäft firma betrieb büro filiale team haus unternehmen studio ihnen euch',
  en: 'shop store business company office place team premises you',
};

/**
 * Words that narrow a question a little and are seldom in a FAQ: they lower the score less than a strange word.
 * Days and hours mostly.
 */
export const WEAK_WORDS: Readonly<Record<FullLanguage, string>> = {
  de: `heute morgen morgens übermorgen durchgehend monat~ jahr jahre jahren stunde~ minute~ mittag nacht ferien jährige~ tag~ zweijährig~ dreijährig~ vierjährig~ fünfjährig~ mittagspause feiertag~ auto wagen pkw krank erkältet mutter vater mann oma opa freundin freund kollegin montag~ dienstag~ mittwoch~ donnerstag~ freitag~ samstag~ sonnabend~ sonntag~
    wochenende werktag~ woche tag tage uhr uhrzeit nachmittag~ vormittag~ mittag~ abends früh spät später nächste~
    kommende~ diese~ erste~ neue~ ab gleich sofort dringend pünktlich tagsüber nachts halb zwei drei vier fünf
    sechs sieben acht neun zehn elf zwölf`,
  en: `today tomorrow tonight month~ year year's lunch lunchtime hour minute minutes night car van free holiday~ bank time times mother father wife husband friend girlfriend boyfriend mum dad monday~ tuesday~ wednesday~ thursday~ friday~ saturday~ sunday~ weekend~ weekday~ week
    weeks day days oclock pm afternoons evenings mornings early late later next first new soon quickly urgently
    two three four five six seven eight nine ten eleven twelve half past`,
};
