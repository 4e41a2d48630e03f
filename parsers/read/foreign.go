package read

import (
	"bytes"
)

// A ConvertError is the error of a source that must be converted first, or that another one is
// to be named for. It wraps ErrNotRecognised.
type ConvertError struct{ text string }

func (e *ConvertError) Error() string { return ErrNotRecognised.Error() + ": " + e.text }

// Unwrap returns ErrNotRecognised.
func (e *ConvertError) Unwrap() error { return ErrNotRecognised }

// A foreignStore is a kind of mailbox or other file that is recognised by its magic number
// and must be converted first.
type foreignStore struct {
	at    int
	magic string
	text  string // what it is, and what converts it
}

func foreignStores() [29]foreignStore {
	const (
		export = "; export its folders as mbox or .eml from there"
		page   = "; save the text that it shows, or download the log itself"
	)
	return [...]foreignStore{
		{0, "<html", "a page of HTML" + page}, {0, "<HTML", "a page of HTML" + page},
		{0, "<!DOCTYPE html", "a page of HTML" + page}, {0, "<!doctype html", "a page of HTML" + page},
		{0, "!BDN", "an Outlook store (PST or OST); convert it to mbox by readpst (package pst-utils)"},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Outlook message (.msg); convert it to .eml by msgconvert (package libemail-outlook-message-perl); or a spreadsheet (.xls): save it as CSV"},
		{0, "\x78\x9f\x3e\x22", "an attachment of Outlook (winmail.dat); ytnef (package ytnef-tools) takes it apart"},
		{0, "\xcf\xad\x12\xfe", "an Outlook Express store (DBX); convert it to .eml by undbx, or import it into Thunderbird"},
		{0, "JMF6", "an Outlook Express 4 store; import it into Outlook Express or Thunderbird, and read what that writes"},
		{0, "JMF9", "an Outlook Express 4 index; the mail is in the .mbx beside it"},
		{4, "\xef\xcd\xab\x89", "a database of Exchange or Windows Mail (ESE)" + export},
		{0, "\x1a\x00\x00\x04\x00\x00", "a Lotus Notes database (NSF)" + export},
		{0, "\x21\x09\x70\x19", "a store of The Bat! (TBB)" + export},
		{0, "SQLite format 3\x00", "a database (SQLite), as eM Client, Mailbird and indexes are" + export},
		{0, "AOLVM100", "an AOL store (PFC)" + export},
		{0, "\x10\x10\x10\x10\x10\x10\x11\x11\x11\x11\x11\x11S", "a Foxmail store (BOX)" + export},
		{0, "*mbx*\r\n", "a mailbox of UW IMAP in its own format (MBX); make an mbox of it by mailutil copy (package uw-mailutils)"},
		{0, "*mtx*\r\n", "a mailbox of UW IMAP in its own format (MTX); make an mbox of it by mailutil copy (package uw-mailutils)"},
		{0, "BABYL OPTIONS:", "an Rmail file (Babyl); make an mbox of it by the command unrmail of Emacs"},
		{0, "// <!-- <mdb:mork:z", "an index of Thunderbird (MSF); the mail is in the file of the same name without .msf"},
		{0, "\x04\x22\x4d\x18", "compressed by lz4: lz4 -dc FILE | typoaudit scan -"},
		{0, "LZIP", "compressed by lzip: lzip -dc FILE | typoaudit scan -"},
		{0, "\x89LZO", "compressed by lzop: lzop -dc FILE | typoaudit scan -"},
		{0, "\x5d\x00\x00", "compressed by lzma: xz -dc FILE | typoaudit scan -"},
		{0, "\x1f\x9d", "compressed by compress: gzip -dc FILE | typoaudit scan -"},
		{0, "LPKSHHRH", "a file of systemd's journal: journalctl --file FILE -o export | typoaudit scan -"},
		{0, "ElfFile\x00", "an event log of Windows (EVTX), which holds no mail; Exchange's logs are in TransportRoles\\Logs"},
		{0, "%PDF-", "a PDF" + page},
		{0, "-----BEGIN PGP MESSAGE-----", "encrypted: gpg --decrypt FILE | typoaudit scan -"},
	}
}

// foreign returns why a source that begins so must be converted first, nil if it need not.
func foreign(head []byte) error {
	for _, s := range foreignStores() {
		if len(head) > s.at && bytes.HasPrefix(head[s.at:], []byte(s.magic)) {
			return &ConvertError{s.text}
		}
	}
	if isDbox(head) {
		return &ConvertError{"a message in Dovecot's own format (dbox); make a Maildir of the account by doveadm sync"}
	}
	return nil
}

// isDbox recognises a file of Dovecot's sdbox and mdbox, which begins with a line such
// as "2 M1e C4d5a" and the mark of a message.
func isDbox(head []byte) bool {
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	return bytes.HasPrefix(line, []byte("2 M")) && bytes.Contains(line, []byte(" C")) && bytes.HasPrefix(rest, []byte("\x01\x02"))
}
