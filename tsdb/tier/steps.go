package tier

// Step is a point in the work at which a crash is told apart from one at another.
type Step string

// The steps. Up to StepWritten the old state holds, from StepCommitted on the new one.
const (
	StepBegun     Step = "begun"     // the rows to be moved are chosen
	StepDefined   Step = "defined"   // the table of files has their columns
	StepWritten   Step = "written"   // one file is whole, and perhaps not on disk yet
	StepReady     Step = "ready"     // all files are written, none is committed
	StepCommitted Step = "committed" // the files are the table's; readers see what they saw before
	StepPublished Step = "published" // readers see the files
	StepExpired   Step = "expired"   // files that nobody reads are deleted
)

// at tells the test hook where the work is.
func (m *Mover) at(s Step) {
	if m.opts.At != nil {
		m.opts.At(s)
	}
}
