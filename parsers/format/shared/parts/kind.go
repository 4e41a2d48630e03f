package parts

import (
	"path"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
)

// kindOf returns the kind of an attachment by the extension of its name, which
// decides which program opens it; else by its type.
func kindOf(mediaType, name string) parsers.Kinds {
	if k := kindOfName(strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")); k != 0 {
		return k
	}
	return kindOfType(mediaType)
}

func kindOfName(ext string) parsers.Kinds {
	switch ext {
	case "doc", "docx", "docm", "dot", "dotx", "odt", "ott", "rtf", "pages", "wpd":
		return parsers.KindDocument
	case "xls", "xlsx", "xlsm", "xlsb", "ods", "csv", "tsv", "numbers":
		return parsers.KindSpreadsheet
	case "ppt", "pptx", "pptm", "pps", "ppsx", "odp":
		return parsers.KindPresentation
	case "pdf", "xps":
		return parsers.KindPDF
	case "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "svg", "dwg", "dxf":
		return parsers.KindImage
	case "mp3", "wav", "m4a", "ogg", "flac", "amr", "wma":
		return parsers.KindAudio
	case "mp4", "mov", "avi", "mkv", "webm", "wmv", "mpg", "mpeg":
		return parsers.KindVideo
	case "zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "zst", "tar", "cab", "iso", "arj", "lzh":
		return parsers.KindArchive
	case "eml", "msg", "emlx", "mbox", "pst", "ost":
		return parsers.KindMessage
	case "ics", "vcs":
		return parsers.KindCalendar
	case "vcf":
		return parsers.KindContact
	case "pem", "key", "p12", "pfx", "ppk", "kdbx", "jks", "asc", "gpg", "pgp":
		return parsers.KindKey
	case "exe", "msi", "dll", "js", "vbs", "bat", "cmd", "ps1", "sh", "jar", "apk", "scr", "py":
		return parsers.KindProgram
	case "txt", "log", "md", "json", "xml", "yaml", "yml", "html", "htm", "ini", "conf", "cfg", "sql", "env":
		return parsers.KindText
	}
	return 0
}

func kindOfType(mediaType string) parsers.Kinds {
	kind, sub, _ := strings.Cut(mediaType, "/")
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(sub, w) {
				return true
			}
		}
		return false
	}
	switch {
	case kind == "image":
		return parsers.KindImage
	case kind == "audio":
		return parsers.KindAudio
	case kind == "video":
		return parsers.KindVideo
	case kind == "message" || has("ms-outlook"):
		return parsers.KindMessage
	case sub == "pdf":
		return parsers.KindPDF
	case has("spreadsheet", "excel", "csv"):
		return parsers.KindSpreadsheet
	case has("presentation", "powerpoint"):
		return parsers.KindPresentation
	case has("word", "opendocument.text", "rtf"):
		return parsers.KindDocument
	case has("zip", "tar", "compressed", "rar", "7z"):
		return parsers.KindArchive
	case sub == "calendar":
		return parsers.KindCalendar
	case has("vcard"):
		return parsers.KindContact
	case has("pkcs12", "x-x509", "pgp-keys", "pem-file"):
		return parsers.KindKey
	case kind == "text" || has("json", "xml"):
		return parsers.KindText
	}
	return parsers.KindOther
}
