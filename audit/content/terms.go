package content

import (
	"bytes"
	"strings"
)

// Health and travel are found by words alone. Each topic needs several terms
// that mean different things, near each other: one alone is in any mail.
const (
	topics    = 2 // health and travel, in this order
	minTerms  = 3
	termReach = 1500 // bytes within which they stand
)

// A line of these tables is one term, in several languages: two words for one
// thing are one. An underscore stands for a space.
const healthTerms = `
diagnosis diagnosed diagnoses diagnose befund diagnostic diagnóstico diagnosi diagnoza diagnos
patient patients patientin patienten paciente pacientes paziente pacjent patientens
mri mrt ct-scan ct_scan x-ray röntgen röntgenbild irm resonancia risonanza tac scanner_cérébral ultrasound ultraschall échographie ecografía
blood_test blood_count blutbild blutwerte bluttest prise_de_sang analyse_de_sang análisis_de_sangre esami_del_sangue bloedonderzoek haemoglobin hemoglobin
prescription prescribed verschrieben rezept ordonnance receta ricetta recept recepta
biopsy biopsie biopsia histology histologie
chemotherapy chemotherapie chimiothérapie quimioterapia chemioterapia chemo chemioterapii
cancer carcinoma tumour tumor krebs karzinom cáncer cancro tumeur leukaemia leukemia lymphoma metastases rak
hiv aids hepatitis hépatite epatite syphilis
depression depressive depressionen dépression depresión depressione bipolar schizophrenia anxiety_disorder angststörung burnout
diabetes diabetic diabetiker diabète diabete insulin
medication medikament medikamente médicament medicación farmaco farmaci medicijnen leki ibuprofen metformin amoxicillin sertraline antidepressant antibiotics antibiotika
surgery surgical operiert chirurgie cirugía chirurgia operacja postoperative
pregnancy pregnant schwanger schwangerschaft enceinte grossesse embarazo embarazada incinta gravidanza zwanger ciąża
symptoms symptome symptômes síntomas sintomi symptomen objawy
physician doctor arzt ärztin hausarzt médecin médico medico dokter lekarz oncologist cardiologist psychiatrist neurologe
hospital krankenhaus klinik hôpital clinique ospedale ziekenhuis szpital clinic clínica
sick_leave sick_note krankschreibung arbeitsunfähigkeit arbeitsunfähigkeitsbescheinigung arrêt_maladie baja_médica malattia l4
blood_pressure blutdruck hypertension bluthochdruck tension_artérielle presión_arterial heart_attack herzinfarkt infarctus infarto stroke schlaganfall
allergy allergic allergie alergia asthma asthme asma
psychotherapy psychotherapie psychothérapie psicoterapia rehabilitation_clinic reha
antiretroviral viral_load cd4
ptsd suicidal psychiatric trauma suizidal
dosage dose dosierung posologie posología mg_daily twice_daily
icd-10 icd10
laboratory_results lab_results test_results laborwerte laborbefund
discharge_summary discharge_letter entlassbrief arztbrief lettre_de_sortie
pain schmerzen douleurs dolores dolori pijn ból
ecg ekg echocardiogram radiology radiologie mammogram mammographie colonoscopy endoscopy
therapy therapie thérapie terapia treatment_plan behandlung
vaccination vaccine impfung impfpass vaccin vacuna
medical_record medical_records patientenakte krankenakte dossier_médical historial_médico cartella_clinica medisch_dossier
`

const travelTerms = `
itinerary reiseplan reiseverlauf itinéraire itinerario reisschema plan_podróży
flight flights flying flug flüge vol vuelo vuelos volo vlucht lot_nr flyg
hotel hôtel hotels unterkunft accommodation alojamiento hospedaje
departure departs abflug abfahrt départ salida partenza vertrek wylot
arrival arrives arriving landing ankunft arrivée llegada arrivo aankomst przylot
boarding_pass boarding_card boarding bordkarte carte_d'embarquement tarjeta_de_embarque carta_d'imbarco instapkaart
passport reisepass passeport pasaporte passaporto paspoort paszport passnummer visa_application
booking_reference booking_code buchungscode buchungsnummer numéro_de_réservation código_de_reserva codice_di_prenotazione boekingsnummer pnr record_locator confirmation_code
layover stopover umstieg zwischenstopp escale escala scalo overstap
seat sitzplatz siège asiento posto_a_sedere stoel window_seat aisle_seat
terminal gate flugsteig puerta_de_embarque
e-ticket eticket electronic_ticket billet_électronique billete_electrónico biglietto_elettronico
check-in check_in checkin check-out check_out checkout_time
motorcade escort convoy konvoi convoi convoy_route vip_suite suite_number room_number zimmernummer numéro_de_chambre
airport flughafen aéroport aeropuerto aeroporto luchthaven lotnisko
rental_car mietwagen voiture_de_location coche_de_alquiler autonoleggio huurauto airport_transfer flughafentransfer shuttle_pickup pick-up
reservation buchung réservation reserva prenotazione boeking
train zug tgv eurostar ice_ticket bahnticket treno tren
frequent_flyer vielflieger miles_and_more loyalty_number
`

// lexicon holds the words that a Searcher knows, made once. Those of the topics
// are mapped to their term; of several words each beginning is tried.
type lexicon struct {
	passwords, tokens, ids wordIndex
	kinds                  []idKind
	meetings, masks        []string
	placeholders           map[string]bool

	term map[string]entry
}

// entry is a term of a topic: 0 is health, 1 travel; or only the beginning of
// one of several words.
type entry struct {
	term  uint16
	topic int
	whole bool
	more  bool // it may go on
}

func newLexicon() *lexicon {
	l := &lexicon{term: map[string]entry{}, kinds: idKinds(), meetings: meetingWords(), masks: fields(placeholderMasks), placeholders: map[string]bool{}}
	for _, w := range fields(placeholderWords) {
		l.placeholders[w] = true
	}
	for i, w := range passwordWords() {
		l.passwords.add(w, i)
	}
	for _, k := range knownTokens() {
		l.tokens.add(k.prefix, k.least)
	}
	for i, k := range l.kinds {
		for _, w := range k.words {
			l.ids.add(strings.ReplaceAll(w, "_", " "), i)
		}
	}
	for topic, table := range [...]string{healthTerms, travelTerms} {
		for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
			for _, w := range strings.Fields(line) {
				w = strings.ReplaceAll(w, "_", " ")
				l.term[w] = entry{term: uint16(i), topic: topic, whole: true, more: l.term[w].more}
				for i, c := range w {
					if c == ' ' {
						begin := l.term[w[:i]]
						begin.more = true
						l.term[w[:i]] = begin
					}
				}
			}
		}
	}
	return l
}

// terms yields the terms that begin in the window.
func (t *text) terms(yield func(at int, e entry)) {
	at := t.from
	for at > 0 && at < len(t.lower) && isTermByte(t.lower[at-1]) && isTermByte(t.lower[at]) {
		at++ // the word was found where it began
	}
	for at < t.until {
		if !isTermByte(t.lower[at]) {
			at++
			continue
		}
		end := wordEnd(t.lower, at)
		if e, ok := t.lexicon.find(t.lower, at, end); ok {
			yield(at, e)
		}
		at = end
	}
}

func isTermByte(c byte) bool { return isWordByte(c) || c == '-' || c == '\'' }

func wordEnd(b []byte, at int) int {
	for at < len(b) && isTermByte(b[at]) {
		at++
	}
	return at
}

// find looks up the word b[at:end], and it with the next few as long as a term
// may go on.
func (l *lexicon) find(b []byte, at, end int) (e entry, ok bool) {
	for {
		word := b[at:end]
		if hasHighByte(word) {
			word = bytes.ToLower(word)
		}
		e = l.term[string(word)]
		if e.whole || !e.more || end >= len(b) || b[end] != ' ' {
			return e, e.whole
		}
		end = wordEnd(b, end+1)
	}
}

func hasHighByte(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// recentTerms remembers where each term of a topic was seen last.
type recentTerms map[uint16]int64

// near returns how many terms were seen within reach of a place.
func (r recentTerms) near(at int64) (n int) {
	for _, last := range r {
		if at-last <= termReach {
			n++
		}
	}
	return n
}
