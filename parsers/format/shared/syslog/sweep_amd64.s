#include "go_asm.h"
#include "textflag.h"

// NOTE notes a concern that is in the upper half of R12: it adds where the line
// begins, and which one it is.
#define NOTE \
	MOVQ R11, CX \
	SHLQ $16, CX \
	ORQ CX, R12 \
	MOVQ DI, CX \
	SUBQ first-8(SP), CX \
	SHRQ $1, CX \
	ORQ CX, R12 \
	MOVQ R12, (BP)

// func sweepLines(s *sweep, last int) int
TEXT ·sweepLines(SB), NOSPLIT, $24-24
	MOVQ s+0(FP), BX
	MOVQ last+8(FP), R8
	MOVQ sweep_window(BX), SI
	MOVQ sweep_ends(BX), DI
	MOVQ DI, first-8(SP)
	MOVQ (sweep_ends+8)(BX), AX
	LEAQ (DI)(AX*2), AX
	MOVQ AX, behind-16(SP)
	MOVQ sweep_tags(BX), DX
	MOVQ sweep_concerns(BX), BP
	MOVQ sweep_heading(BX), BX
	LEAQ ·keep(SB), R9
	MOVQ heading_length(BX), R10
	MOVOU heading_host(BX), X1
	MOVOU (heading_host+16)(BX), X2
	MOVOU heading_free(BX), X3
	MOVOU (heading_free+16)(BX), X4
	MOVQ $0x2020202020202020, AX // blanks
	MOVQ AX, X0
	PUNPCKLQDQ X0, X0
	MOVQ $0x5b5b5b5b5b5b5b5b, AX // [
	MOVQ AX, X9
	PUNPCKLQDQ X9, X9
	MOVQ $0x3a3a3a3a3a3a3a3a, AX // :
	MOVQ AX, X10
	PUNPCKLQDQ X10, X10
	XORL R11, R11 // where the line begins
	MOVL $2, R14  // bit 0: told; bit 1: the line before has no stamp
	PXOR X13, X13 // the stamp of the line before, its begin and its end

loop:
	CMPQ R11, R8
	JGT plain

	// The host, and the blanks round it.
	LEAQ (SI)(R11*1), BX
	MOVOU const_stampLength(BX), X5
	MOVOU (const_stampLength+16)(BX), X6
	PCMPEQB X1, X5
	PCMPEQB X2, X6
	POR X3, X5
	POR X4, X6
	PAND X6, X5
	PMOVMSKB X5, R12
	CMPL R12, $0xffff
	JNE plain

	// R15: not 0 where the stamp differs. Then nothing is told of its second yet.
	MOVQ (BX), X11
	MOVQ (const_stampLength-8)(BX), X12
	PUNPCKLQDQ X12, X11
	MOVOU X13, X12
	MOVOU X11, X13
	PCMPEQB X11, X12
	PMOVMSKB X12, R15
	XORL $0xffff, R15
	MOVL R14, R12
	ANDL $2, R12
	XORL R13, R13
	ORL R12, R15
	CMOVLNE R13, R14

	// AX: the first blank behind.
	ADDQ R10, BX
	MOVOU (BX), X5
	MOVOU 16(BX), X6
	MOVOU 32(BX), X7
	MOVOU 48(BX), X8
	PCMPEQB X0, X7
	PCMPEQB X0, X8
	PMOVMSKB X7, R13
	PMOVMSKB X8, AX
	SHLQ $32, R13
	SHLQ $48, AX
	ORQ R13, AX
	MOVOU X5, X7
	MOVOU X6, X8
	PCMPEQB X0, X7
	PCMPEQB X0, X8
	PMOVMSKB X7, R12
	PMOVMSKB X8, R13
	SHLQ $16, R13
	ORQ R12, AX
	ORQ R13, AX
	BSFQ AX, AX
	JZ plain

	// R12: the first [ or :, which ends a name of 1 to 31 letters.
	MOVOU X5, X7
	MOVOU X5, X8
	MOVOU X6, X11
	MOVOU X6, X12
	PCMPEQB X9, X7
	PCMPEQB X10, X8
	PCMPEQB X9, X11
	PCMPEQB X10, X12
	POR X8, X7
	POR X12, X11
	PMOVMSKB X7, R12
	PMOVMSKB X11, R13
	SHLQ $16, R13
	ORQ R13, R12
	BTSQ $32, R12
	BSFQ R12, R12
	LEAQ -1(R12), R13
	CMPQ R13, $31
	JCC plain

	// It is "name: ", or "name[" and "]: ".
	CMPB (BX)(R12*1), $0x5b
	SETEQ CX
	CMPB -2(BX)(AX*1), $0x5d
	SETEQ R13
	ANDL CX, R13
	LEAQ 1(R12), CX
	CMPQ CX, AX
	SETEQ CX
	ORL CX, R13
	CMPB -1(BX)(AX*1), $0x3a
	SETEQ CX
	TESTB CX, R13
	JEQ plain

	// R12: the place of its tag, R13: that tag.
	SHLQ $5, R12
	ADDQ R9, R12
	MOVOU (R12), X7
	MOVOU 16(R12), X8
	PAND X7, X5
	PAND X8, X6
	PSHUFD $0x4e, X6, X7
	PXOR X5, X7
	PSHUFD $0x4e, X7, X8
	MOVQ X7, R12
	MOVQ X8, R13
	MOVQ $const_slotFactor0, CX
	IMULQ CX, R12
	MOVQ $const_slotFactor1, CX
	IMULQ CX, R13
	ADDQ R13, R12
	SHRQ $56, R12
	IMUL3Q $tag__size, R12, R13
	ADDQ DX, R13
	MOVOU tag_words(R13), X7
	MOVOU (tag_words+16)(R13), X8
	PCMPEQB X5, X7
	PCMPEQB X6, X8
	PAND X8, X7
	PMOVMSKB X7, CX
	XORL $0xffff, CX
	ORL CX, R15

	// Two letters of the text, at least, are within the line.
	MOVWLZX (DI), CX
	SUBQ R11, CX
	SUBQ R10, CX
	SUBQ AX, CX
	CMPQ CX, $3
	SETLT CX
	MOVBLZX CX, CX
	ORL CX, R15

	// What is noted if the line is of concern.
	CMPL R15, $1
	SBBQ CX, CX
	NOTQ CX
	ORQ CX, R12
	SHLQ $48, R12
	LEAQ 1(AX)(R10*1), CX
	SHLQ $32, CX
	ORQ CX, R12
	NOTE

	// It is if the letters are needed, the second is not told yet, or it differs.
	MOVWLZX 1(BX)(AX*1), BX
	MOVBLZX BX, R12
	SHRL $8, BX
	MOVQ tag_needs(R13), CX
	MOVWLZX needs_first(CX)(R12*2), R12
	MOVWLZX needs_second(CX)(BX*2), BX
	ANDL BX, R12
	ORL R12, R15
	MOVBLZX tag_owned(R13), CX
	MOVL R14, BX
	NOTL BX
	ANDL CX, BX
	ORL BX, R15
	ORL CX, R14
	CMPL R15, $1
	SBBQ CX, CX
	INCQ CX
	LEAQ (BP)(CX*8), BP

next:
	MOVWLZX (DI), R11
	INCQ R11
	ADDQ $2, DI
	CMPQ DI, behind-16(SP)
	JCS loop
	MOVQ s+0(FP), BX
	SUBQ sweep_concerns(BX), BP
	SHRQ $3, BP
	MOVQ BP, ret+16(FP)
	RET

plain:
	MOVQ $0xffff, R12
	SHLQ $48, R12
	NOTE
	ADDQ $8, BP
	MOVL $2, R14
	JMP next
