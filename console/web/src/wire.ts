// The shapes that the server sends; package console of the server holds their source.

export interface Column {
  name: string;
  type: string; // for example array(double)
  kind: string; // for example array
}

export interface Page {
  id: string;
  columns: Column[];
  rows: (string | null)[][];
  token?: string;
  took: number; // milliseconds
}

export interface Place {
  line: number; // from 1
  column: number; // from 1, in code points
  length: number; // in code points
}

export interface Problem {
  kind: string;
  message: string;
  place?: Place;
}

export interface TableColumn {
  name: string;
  type: string;
  role: string;
}

export interface Level {
  databases?: string[];
  tables?: string[];
  columns?: TableColumn[];
  more?: boolean;
}
