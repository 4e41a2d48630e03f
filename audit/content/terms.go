package content

import (
	"bytes"
	"strings"
)

// Health and travel are told by words alone. Each topic needs several terms
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
medical_record medical_records patientenakte krankenakte dossier_médical historial_médico cartella_clinica medisch_dossier
`

const travelTerms = `
itinerary reiseplan reiseverlauf itinéraire itinerario reisschema plan_podróży
flight flights flug flüge vol vuelo vuelos volo vlucht lot_nr flyg
hotel hôtel hotels unterkunft accommodation alojamiento hospedaje
departure departs abflug abfahrt départ salida partenza vertrek wylot
arrival arrives ankunft arrivée llegada arrivo aankomst przylot
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
frequent_flyer vielflieger miles_and_more loyalty_number
`

// lexicon maps words to their term; one of several words is found by its first.
type lexicon struct {
	term    map[string]entry
	longest int // words of one
}

// entry is a term of a topic: 0 is health, 1 travel.
type entry struct {
	term  uint16
	topic int
}

func newLexicon() *lexicon {
	l := &lexicon{term: map[string]entry{}}
	for topic, table := range [...]string{healthTerms, travelTerms} {
		for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
			for _, w := range strings.Fields(line) {
				w = strings.ReplaceAll(w, "_", " ")
				l.term[w] = entry{uint16(i), topic}
				l.longest = max(l.longest, strings.Count(w, " ")+1)
			}
		}
	}
	return l
}

// words yields the terms that begin in the window.
func (t *text) words(lexicon *lexicon, yield func(at int, e entry)) {
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
		if e, ok := lexicon.find(t.lower, at, end); ok {
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

// find looks up the word b[at:end], and it with the next few.
func (l *lexicon) find(b []byte, at, end int) (e entry, ok bool) {
	for range l.longest {
		word := b[at:end]
		if hasHighByte(word) {
			word = bytes.ToLower(word)
		}
		if e, ok = l.term[string(word)]; ok {
			return e, true
		}
		if end >= len(b) || b[end] != ' ' {
			return e, false
		}
		end = wordEnd(b, end+1)
	}
	return e, false
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
