package history

// A Hold keeps a file for one program at a time, for as long as that lives.
type Hold struct{ lock *lock }

// HoldFile takes a file, which is made if it is not there. who names the program to others,
// for which it fails at once with a LockedError.
func HoldFile(path, who string) (*Hold, error) {
	l, err := tryToTake(path, who)
	if err != nil {
		return nil, err
	}
	return &Hold{l}, nil
}

// Release gives the file to others.
func (h *Hold) Release() error { return h.lock.release() }
