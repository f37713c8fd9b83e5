# fails: The page has the title
import streamlit as st

st.header("Sales Dashboard")

sales = [120, 150, 170, 160]
st.line_chart(sales)
