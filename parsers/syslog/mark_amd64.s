#include "go_asm.h"
#include "textflag.h"

// func markTags(b *byte, last int, ends *uint16, n int, h *heading, marks *mark)
TEXT ·markTags(SB), NOSPLIT, $0-48
	MOVQ b+0(FP), SI
	MOVQ last+8(FP), R8
	MOVQ ends+16(FP), DI
	MOVQ n+24(FP), CX
	MOVQ h+32(FP), BX
	MOVQ marks+40(FP), DX
	MOVQ $0x2020202020202020, AX // blanks
	MOVQ AX, X0
	PUNPCKLQDQ X0, X0
	MOVQ $0x5b5b5b5b5b5b5b5b, AX // [
	MOVQ AX, X9
	PUNPCKLQDQ X9, X9
	MOVQ $0x3a3a3a3a3a3a3a3a, AX // :
	MOVQ AX, X10
	PUNPCKLQDQ X10, X10
	MOVQ heading_stamp(BX), R9
	MOVQ heading_length(BX), R10
	MOVOU heading_host(BX), X1
	MOVOU (heading_host+16)(BX), X2
	MOVOU heading_free(BX), X3
	MOVOU (heading_free+16)(BX), X4
	XORQ R11, R11 // where the line begins

loop:
	XORL AX, AX
	CMPQ R11, R8
	JGT mark

	// The host, and the blanks round it.
	LEAQ (SI)(R11*1), BX
	MOVOU (BX)(R9*1), X5
	MOVOU 16(BX)(R9*1), X6
	PCMPEQB X1, X5
	PCMPEQB X2, X6
	POR X3, X5
	POR X4, X6
	PAND X6, X5
	PMOVMSKB X5, R12
	CMPL R12, $0xffff
	JNE mark

	// The first blank behind them.
	ADDQ R10, BX
	MOVOU (BX), X5
	MOVOU 16(BX), X6
	MOVOU 32(BX), X7
	MOVOU 48(BX), X8
	MOVOU X5, X11
	MOVOU X5, X12
	MOVOU X6, X13
	MOVOU X6, X14
	PCMPEQB X0, X5
	PCMPEQB X0, X6
	PCMPEQB X0, X7
	PCMPEQB X0, X8
	PMOVMSKB X5, R12
	PMOVMSKB X6, R13
	PMOVMSKB X7, R15
	PMOVMSKB X8, AX
	SHLQ $16, R13
	SHLQ $32, R15
	SHLQ $48, AX
	ORQ R13, R12
	ORQ R15, AX
	ORQ R12, AX
	BSFQ AX, AX
	JZ mark // AX is 0

	// The first [ or : ends the name, which is of 1 to 31 letters.
	PCMPEQB X9, X11
	PCMPEQB X10, X12
	PCMPEQB X9, X13
	PCMPEQB X10, X14
	POR X12, X11
	POR X14, X13
	PMOVMSKB X11, R12
	PMOVMSKB X13, R13
	SHLQ $16, R13
	ORQ R13, R12
	BTSQ $32, R12
	BSFQ R12, R12
	LEAQ -1(R12), R13
	CMPQ R13, $31
	JCC none

	// It is "name: ", or "name[" and "]: ".
	LEAQ -1(AX), R13
	CMPQ R13, R12
	SETEQ R15
	CMPB (BX)(R12*1), $0x5b
	SETEQ R13
	CMPB -2(BX)(AX*1), $0x5d
	SETEQ R14
	ANDL R14, R13
	ORL R13, R15
	CMPB -1(BX)(AX*1), $0x3a
	SETEQ R14
	ANDL R14, R15
	MOVBLZX R15, R15
	NEGL R15
	INCL AX
	SHLL $8, AX
	ORL R12, AX
	ANDL R15, AX

mark:
	MOVW AX, (DX)
	ADDQ $2, DX
	MOVWLZX (DI), R11
	INCQ R11
	ADDQ $2, DI
	DECQ CX
	JNZ loop
	RET

none:
	XORL AX, AX
	JMP mark
