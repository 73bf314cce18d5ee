package builtin

var dateArithmetic = []entry{}
var extraction = []entry{}
var epoch = []entry{}
var formatting = []entry{}
var conditional = []entry{}
var mathematics = []entry{}
var bitwise = []entry{}
var strings_ = []entry{}
var regex = []entry{}
var arrays = []entry{}
var statistics = []entry{}
var windows = []entry{}
